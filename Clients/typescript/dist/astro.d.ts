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
/** The part of Astro's configuration that a service reads. */
export interface ImageConfig {
    service: {
        config: Partial<Place>;
    };
}
/** An image service for Astro: `image: { service: { entrypoint: '@imageservice/client/astro', config: place } }`. */
declare const service: {
    validateOptions: (options: Transform) => Transform;
    getURL: (options: Transform, { service: { config } }: ImageConfig) => string;
    getSrcSet: ({ width, height, widths, ...options }: Transform) => {
        transform: {
            src: string | {
                src: string;
                width: number;
                height: number;
                format: string;
            };
            quality?: number | string | null;
            format?: string;
            fit?: string;
            densities?: unknown;
            width: number;
            height?: number | undefined;
        };
        descriptor: string;
        attributes: {};
    }[];
    getHTMLAttributes: (options: Transform) => Record<string, unknown>;
};
export default service;
