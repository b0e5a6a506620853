import { resize } from './resize.js';
import type { Place } from './url.js';

/** What NgOptimizedImage hands to a loader. */
export interface LoaderConfig {
  src: string;
  width?: number;
  height?: number;
  isPlaceholder?: boolean;
  loaderParams?: { quality?: number | string; format?: string; fit?: string };
}

const PLACEHOLDER_QUALITY = 30;

/** A loader for NgOptimizedImage: `{ provide: IMAGE_LOADER, useValue: angularLoader(place) }`. */
export const angularLoader = (place?: Place) => ({ src, width, height, isPlaceholder, loaderParams }: LoaderConfig): string =>
  resize(src, { ...loaderParams, width, height, ...(isPlaceholder && { quality: PLACEHOLDER_QUALITY }) }, place);
