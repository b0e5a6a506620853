import { resize } from './resize.js';
const PLACEHOLDER_QUALITY = 30;
/** A loader for NgOptimizedImage: `{ provide: IMAGE_LOADER, useValue: angularLoader(place) }`. */
export const angularLoader = (place) => ({ src, width, height, isPlaceholder, loaderParams }) => resize(src, { ...loaderParams, width, height, ...(isPlaceholder && { quality: PLACEHOLDER_QUALITY }) }, place);
