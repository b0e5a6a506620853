export type { Fit, Format, Gravity, Operations } from './operations.js';
export { writeOperations } from './operations.js';
export type { ImageInput, Place } from './url.js';
export { buildUrl } from './url.js';
export type { Resize } from './resize.js';
export { resize, srcset, WIDTHS } from './resize.js';
