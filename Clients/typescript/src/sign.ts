/** What a signature covers: this URL alone, or with `asset` the picture in every width, height, pixel ratio, quality and format. */
export type Scope = 'asset';

/** The text that is signed, in parts. */
export interface SignatureInput {
  /** The key's secret: base64url of 32 bytes, as the API shows it once. */
  secret: string;
  /** The path exactly as it will be requested, still percent-encoded, without the query. */
  path: string;
  /** When the signature ends, Unix time, seconds. */
  exp: number;
  /** As the public sees it; a port is dropped. */
  hostname: string;
  /** UUID of the tenant that owns the path. */
  tenantId: string;
  scope?: Scope;
}

/** A tenant's signing key. */
export interface SigningKey {
  kid: string;
  /** Base64url of 32 bytes; belongs on servers only. */
  secret: string;
  /** UUID. */
  tenantId: string;
}

/** For how long, and for what. */
export interface SignOptions {
  /** Seconds from now; left out: 3600. The space's policy may end it earlier. */
  ttlSeconds?: number;
  /** The moment it ends, instead of `ttlSeconds`; Unix time, seconds. Round it up to the hour, say, and pages of one hour share their URLs and caches. */
  exp?: number;
  scope?: Scope;
  /** Needed for a path without a host. */
  hostname?: string;
}

/** The path without the operations that make sizes, qualities and formats of one picture: `…/v3/preset_card-w_400.webp` becomes `…/v3/preset_card.*`. */
export function pathTemplate(path: string): string {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  if (dot < start) return path;
  const kept = path.slice(start, dot).split('-').filter(token => !/^((w|h|dpr|q|fmt)_|f_auto$)/.test(token));
  return `${path.slice(0, start)}${kept.join('-') || 'any'}.*`;
}

/** The value of `sig`: 43 characters. */
export async function signature(input: SignatureInput): Promise<string> {
  const { secret, path, exp, hostname, tenantId, scope } = input;
  if (!Number.isSafeInteger(exp) || exp < 1) throw new TypeError('exp is Unix time in whole seconds.');
  const bytes = Uint8Array.from(atob(secret.replace(/-/g, '+').replace(/_/g, '/')), character => character.charCodeAt(0));
  if (bytes.length !== 32) throw new TypeError('secret is base64url of 32 bytes.');
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
export async function signUrl(url: string, key: SigningKey, options: SignOptions = {}): Promise<string> {
  const parts = /^(https?:\/\/([^/?#]+))?(\/[^?#]*)/.exec(url);
  const hostname = options.hostname ?? parts?.[2];
  if (!parts || !hostname) throw new TypeError('url is the URL of an image, or its path beside options.hostname.');
  const exp = options.exp ?? Math.floor(Date.now() / 1000) + (options.ttlSeconds ?? 3600);
  const { scope } = options;
  const sig = await signature({ secret: key.secret, path: parts[3]!, exp, hostname, tenantId: key.tenantId, ...(scope && { scope }) });
  return `${parts[1] ?? ''}${parts[3]}?sig=${sig}&exp=${exp}&kid=${key.kid}${scope ? `&scope=${scope}` : ''}`;
}
