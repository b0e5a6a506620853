import type { Place } from './url.js';
/** What Astro's `<Image />` and `getImage` hand to a service. */
export interface Transform {
    src: string | {
        src: string;
        width: number;
        height: number;
        format: string;
    };
    width?: number;
    height?: number;
    quality?: number | string | null;
    format?: string;
    fit?: string;
    widths?: number[];
    densities?: unknown;
    [attribute: string]: unknown;
}
/** One candidate of a `srcset`, whose `transform` goes through `getURL`. */
export interface Candidate {
    transform: any;
    descriptor: string;
    attributes: Record<string, any>;
}
/** The part of Astro's configuration that a service reads. */
export interface ImageConfig {
    service: {
        config: Partial<Place>;
    };
}
/** An image service for Astro: `image: { service: { entrypoint: '@imageservice/client/astro', config: place } }`. */
declare const service: {
    validateOptions: (options: Transform) => any;
    getURL: (options: Transform, { service: { config } }: ImageConfig) => string;
    getSrcSet: ({ width, height, widths, ...options }: Transform) => Candidate[];
    getHTMLAttributes: (options: Transform) => Record<string, unknown>;
};
export default service;
