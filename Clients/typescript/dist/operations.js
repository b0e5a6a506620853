const WHOLE = 0;
const COLOUR = 'colour';
const FLAG = 'flag';
// Member, its name in a URL, and how its value is written: decimals of numbers, a colour, a flag. In canonical order.
const TABLE = [
    ['preset', 'preset'],
    ['format', 'fmt'],
    ['width', 'w', WHOLE],
    ['height', 'h', WHOLE],
    ['fit', 'f'],
    ['gravity', 'g'],
    ['background', 'b', COLOUR],
    ['quality', 'q', WHOLE],
    ['rotation', 'r', WHOLE],
    ['sharpen', 'sharpen'],
    ['blur', 'blur'],
    ['greyscale', 'bw', FLAG],
    ['flip', 'flip', FLAG],
    ['flop', 'flop', FLAG],
    ['focalX', 'fx', 4],
    ['focalY', 'fy', 4],
    ['aspectRatio', 'ar', 4],
    ['dpr', 'dpr'],
    ['crop', 'crop', 6],
    ['trim', 'trim'],
    ['pad', 'pad', WHOLE],
    ['round', 'round', WHOLE],
    ['brightness', 'bri'],
    ['contrast', 'con'],
    ['saturation', 'sat'],
    ['gamma', 'gam'],
    ['tint', 'tint', COLOUR],
    ['duotone', 'duotone', COLOUR],
    ['pixelate', 'pixelate', WHOLE],
    ['maxBytes', 'bytes', WHOLE],
    ['overlays', 'o'],
    ['overlayDpr', 'odpr'],
    ['texts', 't'],
];
/** The place of a written operation in canonical order. */
export const rank = (token) => {
    const name = token.split('_')[0];
    return TABLE.findIndex(row => row[1] === name || row[1] === name.replace(/\d$/, ''));
};
/** Writes operations in the URL's grammar: `w_800-h_600-f_cover`; nothing asked for is `original`. Throws a TypeError that names the member. */
export function writeOperations(operations) {
    const unknown = Object.keys(operations).find(member => member !== 'original' && !TABLE.some(row => row[0] === member));
    if (unknown)
        throw new TypeError(`operations.${unknown} is no operation.`);
    const tokens = [];
    for (const [member, name, kind] of TABLE) {
        const value = operations[member];
        if (value === undefined || value === null || value === false)
            continue;
        if (member === 'overlays') {
            value.forEach((slug, index) => tokens.push(`o${index ? index + 1 : ''}_${text(member, slug)}`));
        }
        else if (member === 'texts') {
            for (const [number, words] of Object.entries(value))
                tokens.push(`t${number}_${encodeText(words)}`);
        }
        else {
            tokens.push(kind === FLAG ? name : `${name}_${text(member, value, kind)}`);
        }
    }
    if (operations.original && tokens.length)
        throw new TypeError('operations.original stands alone.');
    return tokens.join('-') || 'original';
}
function text(member, value, kind) {
    const parts = Array.isArray(value) ? value : [value];
    const fractions = member === 'crop' && parts.some(part => +part % 1);
    const written = parts.map(part => {
        if (kind === COLOUR) {
            const hex = `${part}`.replace('#', '').toLowerCase();
            return hex.length < 5 ? hex.replace(/./g, '$&$&') : hex;
        }
        if (typeof part === 'string')
            return part;
        const number = kind === WHOLE ? Math.floor(part) : +part.toFixed(kind ?? 2);
        return fractions && number % 1 === 0 ? `${number}.0` : `${number}`;
    }).join();
    // What would end the value, or the path, is in no value; a sign or an exponent is in no number.
    if (!/^[\w.,:]+$/.test(written) || /NaN|Infinity/.test(written))
        throw new TypeError(`operations.${member} cannot be written: ${value}.`);
    return written;
}
function encodeText(words) {
    const bytes = new TextEncoder().encode(words);
    if (bytes.length > 200)
        throw new TypeError('A text of an overlay has at most 200 bytes.');
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '~').replace(/\//g, '_').replace(/=/g, '');
}
