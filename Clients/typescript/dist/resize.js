import { rank } from './operations.js';
import { placeUrl } from './url.js';
const IMAGE = /^(.*\/img\/\w{26}\/v\d+\/)([^/?#]+)\.([a-z]+)(\?[^#]*)?$/;
const SHORT = /^\/?(\w{26}\/v\d+)(\/[^/?#]+\.[a-z]+)?(\?[^#]*)?$/;
/**
 * An image's URL at another size, format or quality; everything else in it stays as it stands, its signature of scope `asset` included.
 * What is no image of the service comes back unchanged.
 *
 * @param src URL or path of an image, or the short form `{asset id}/v{version}[/{operations}.{ext}]` where `place` is given.
 * @throws TypeError where the URL is signed for one size only.
 */
export function resize(src, change, place) {
    const short = place && SHORT.exec(src);
    const image = IMAGE.exec(short ? `${placeUrl(place)}/img/${short[1]}${short[2] ?? '/original.jpg'}${short[3] ?? ''}` : src);
    if (!image)
        return src;
    const [, folder, operations, extension, query = ''] = image;
    if (/[?&]sig=/.test(query) && !/[?&]scope=asset(&|$)/.test(query))
        throw new TypeError('The URL is signed for one size. Sign it with scope "asset" for use in a srcset.');
    const said = {};
    const kept = operations.replace(/^(original|any)$/, '').split('-').filter(token => {
        if (!/^(w|h|q|fmt|dpr|f_auto)(_|$)/.test(token))
            return token !== '' && !(change.fit && token.startsWith('f_'));
        const [name, value] = token === 'f_auto' ? ['fmt', 'auto'] : token.split('_');
        said[name] = value;
        return false;
    });
    const { width = said.w, quality = said.q, format = said.fmt ?? 'auto' } = change;
    // Both sides were said and one changes: the other follows, so that the shape stays.
    const height = change.height ?? (change.width ? said.w && said.h && Math.max(1, Math.round(+said.h * change.width / +said.w)) : said.h);
    const changed = { fmt: format, w: width, h: height, f: change.fit, q: quality, dpr: change.width ? undefined : said.dpr };
    for (const [name, value] of Object.entries(changed)) {
        if (!value)
            continue;
        const at = kept.findIndex(token => rank(token) > rank(name));
        kept.splice(at < 0 ? kept.length : at, 0, `${name}_${value}`);
    }
    return `${folder}${kept.join('-') || 'original'}.${extension}${query}`;
}
/** Widths that real layouts ask for at one and two device pixels; each is a step of the ladder that public spaces have by default. */
export const WIDTHS = [320, 480, 640, 828, 1080, 1200, 1600, 1920, 2560, 3840];
/**
 * The value of a `srcset`: one candidate a width. Of a URL signed with scope `asset`, every candidate carries the one signature.
 *
 * @param src as in `resize`.
 * @param widths px; those above `max` become `max`.
 * @param max the original's width, px: nothing is enlarged beyond it.
 */
export function srcset(src, widths = WIDTHS, max = Infinity, place) {
    return [...new Set(widths.map(width => Math.min(width, max)))].sort((a, b) => a - b)
        .map(width => `${resize(src, { width }, place)} ${width}w`).join(', ');
}
