/** The path without the operations that make sizes, qualities and formats of one picture: `…/v3/preset_card-w_400.webp` becomes `…/v3/preset_card.*`. */
export function pathTemplate(path) {
    const start = path.lastIndexOf('/') + 1;
    const dot = path.lastIndexOf('.');
    if (dot < start)
        return path;
    const kept = path.slice(start, dot).split('-').filter(token => !/^((w|h|dpr|q|fmt)_|f_auto$)/.test(token));
    return `${path.slice(0, start)}${kept.join('-') || 'any'}.*`;
}
/** The value of `sig`: 43 characters. */
export async function signature(input) {
    const { secret, path, exp, hostname, tenantId, scope } = input;
    if (!Number.isSafeInteger(exp) || exp < 1)
        throw new TypeError('exp is Unix time in whole seconds.');
    const bytes = Uint8Array.from(atob(secret.replace(/-/g, '+').replace(/_/g, '/')), character => character.charCodeAt(0));
    if (bytes.length !== 32)
        throw new TypeError('secret is base64url of 32 bytes.');
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const signed = ['GET', scope === 'asset' ? pathTemplate(path) : path, exp, hostname.replace(/:\d+$/, '').toLowerCase(), tenantId.toLowerCase()].join('\n');
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signed)));
    return btoa(String.fromCharCode(...mac)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}
/**
 * Signs an image's URL, or its path with `hostname`. A signature that it already carries is replaced.
 *
 * @returns the URL with `sig`, `exp`, `kid` and, where asked for, `scope`.
 */
export async function signUrl(url, key, options = {}) {
    const parts = /^(https?:\/\/([^/?#]+))?(\/[^?#]*)/.exec(url);
    const hostname = options.hostname ?? parts?.[2];
    if (!parts || !hostname)
        throw new TypeError('url is the URL of an image, or its path beside options.hostname.');
    const exp = options.exp ?? Math.floor(Date.now() / 1000) + (options.ttlSeconds ?? 3600);
    const { scope } = options;
    const sig = await signature({ secret: key.secret, path: parts[3], exp, hostname, tenantId: key.tenantId, ...(scope && { scope }) });
    return `${parts[1] ?? ''}${parts[3]}?sig=${sig}&exp=${exp}&kid=${key.kid}${scope ? `&scope=${scope}` : ''}`;
}
