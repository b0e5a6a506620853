import { resize } from './resize.js';
/**
 * A loader for next/image (`images.loaderFile`). `src` is an image's URL or path, or `{asset id}/v{version}` of the place given; files of the app itself pass unchanged.
 */
export const nextLoader = (place) => ({ src, width, quality }) => resize(src, { width, quality }, place);
