/** A format that can be delivered. */
export type Format = 'jpg' | 'png' | 'webp' | 'avif' | 'gif' | 'jxl';
/** How the picture meets the box of `width` and `height`. */
export type Fit = 'cover' | 'contain' | 'fill' | 'inside' | 'outside' | 'pad';
/** Which part stays when `cover` crops, and where the picture sits on a canvas. */
export type Gravity = 'center' | 'north' | 'northeast' | 'east' | 'southeast' | 'south' | 'southwest' | 'west' | 'northwest' | 'smart' | 'focal';
/**
 * What an image's URL asks for; a member left out is not said. The server judges ranges and answers 400 with the operation and what would be accepted.
 */
export interface Operations {
    /** The whole original at full size; no other member beside it. */
    original?: boolean;
    /** Slug of the preset that this builds on; the other members override it. */
    preset?: string;
    /** Output format; `auto` is negotiated from the request's `Accept`. Left out: the extension's. */
    format?: Format | 'auto';
    /** px, 1 to 8192; `auto`: what client hints ask for. */
    width?: number | 'auto';
    /** px, 1 to 8192. */
    height?: number;
    fit?: Fit;
    gravity?: Gravity;
    /** Hex of 3, 4, 6 or 8 digits, with or without `#`. */
    background?: string;
    /** 1 to 100; `auto`: by format and content; `eco`: 20 below that. */
    quality?: number | 'auto' | 'eco';
    /** Degrees clockwise. */
    rotation?: 90 | 180 | 270;
    /** 0 to 10. */
    sharpen?: number;
    /** Gaussian sigma, px, 0.3 to 1000. */
    blur?: number;
    greyscale?: boolean;
    /** Mirrored left to right. */
    flip?: boolean;
    /** Mirrored top to bottom. */
    flop?: boolean;
    /** Focal point for `gravity: 'focal'`, 0 (left) to 1 (right). */
    focalX?: number;
    /** The same, 0 (top) to 1 (bottom). */
    focalY?: number;
    /** `'16:9'` or `1.5`; gives the side that is not said. */
    aspectRatio?: string | number;
    /** Device pixel ratio, 1 to 4. */
    dpr?: number;
    /** `[x, y, width, height]` of the original: px where all four are whole numbers, else fractions of its sides. Or as text: `'0.0,0.0,1.0,1.0'`. */
    crop?: string | readonly [number, number, number, number];
    /** Tolerance in percent, 0 to 100. */
    trim?: number;
    /** Space around, px, 0 to 2000: all sides, `[vertical, horizontal]` or `[top, right, bottom, left]`. */
    pad?: number | readonly [number, number] | readonly [number, number, number, number];
    /** Radius of the corners, px; `max` for a circle or pill. */
    round?: number | 'max';
    /** Percent, 0 to 300. */
    brightness?: number;
    /** Percent, 0 to 300. */
    contrast?: number;
    /** Percent, 0 to 300. */
    saturation?: number;
    /** 0.1 to 10. */
    gamma?: number;
    /** Hex of 3 or 6 digits. */
    tint?: string;
    /** Colours for dark and light. */
    duotone?: readonly [string, string];
    /** Side of a block, px, 2 to 512. */
    pixelate?: number;
    /** Largest file, bytes, 1,000 to 10,000,000. */
    maxBytes?: number;
    /** Slugs of up to three named overlays, drawn in this order. */
    overlays?: readonly string[];
    /** What lengths of overlays in px are multiplied by, 1 to 4. Left out: `dpr`. */
    overlayDpr?: number;
    /** Text variables of the overlays, by number: `{ 1: 'Sale' }`; each at most 200 bytes of UTF-8. */
    texts?: Readonly<Record<number, string>>;
}
/** The place of a written operation in canonical order. */
export declare const rank: (token: string) => number;
/** Writes operations in the URL's grammar: `w_800-h_600-f_cover`; nothing asked for is `original`. Throws a TypeError that names the member. */
export declare function writeOperations(operations: Operations): string;
