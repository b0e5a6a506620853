export { writeOperations } from './operations.js';
export { buildUrl } from './url.js';
export { resize, srcset, WIDTHS } from './resize.js';
