import { type Place } from './url.js';
/** What a loader changes in an image's URL. */
export interface Resize {
    /** px. */
    width?: number;
    /** px. */
    height?: number;
    /** 1 to 100, or `auto`. */
    quality?: number | string;
    /** Where the URL names none it becomes `auto`; `false` leaves it to the extension. */
    format?: string | false;
    /** As in `Operations`. */
    fit?: string;
}
/**
 * An image's URL at another size, format or quality; everything else in it stays as it stands, its signature of scope `asset` included.
 * What is no image of the service comes back unchanged.
 *
 * @param src URL or path of an image, or the short form `{asset id}/v{version}[/{operations}.{ext}]` where `place` is given.
 * @throws TypeError where the URL is signed for one size only.
 */
export declare function resize(src: string, change: Resize, place?: Place): string;
/** Widths that real layouts ask for at one and two device pixels; each is a step of the ladder that public spaces have by default. */
export declare const WIDTHS: readonly number[];
/**
 * The value of a `srcset`: one candidate a width. Of a URL signed with scope `asset`, every candidate carries the one signature.
 *
 * @param src as in `resize`.
 * @param widths px; those above `max` become `max`.
 * @param max the original's width, px: nothing is enlarged beyond it.
 */
export declare function srcset(src: string, widths?: readonly number[], max?: number, place?: Place): string;
