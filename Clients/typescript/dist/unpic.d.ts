import type { Place } from './url.js';
/** What unpic asks of a transformer. */
export interface UnpicOperations {
    width?: number | string;
    height?: number | string;
    format?: string;
    quality?: number | string;
    fit?: string;
}
/** A transformer for unpic's base components: `<Image transformer={transform} options={place} … />`. */
export declare const transform: (src: string | URL, { width, height, format, quality, fit }: UnpicOperations, place?: Partial<Place>) => string;
