import type { Place } from './url.js';
/** What NgOptimizedImage hands to a loader. */
export interface LoaderConfig {
    src: string;
    width?: number;
    height?: number;
    isPlaceholder?: boolean;
    loaderParams?: {
        quality?: number | string;
        format?: string;
        fit?: string;
    };
}
/** A loader for NgOptimizedImage: `{ provide: IMAGE_LOADER, useValue: angularLoader(place) }`. */
export declare const angularLoader: (place?: Place) => ({ src, width, height, isPlaceholder, loaderParams }: LoaderConfig) => string;
