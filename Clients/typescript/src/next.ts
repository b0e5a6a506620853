import { resize } from './resize.js';
import type { Place } from './url.js';

/**
 * A loader for next/image (`images.loaderFile`). `src` is an image's URL or path, or `{asset id}/v{version}` of the place given; files of the app itself pass unchanged.
 */
export const nextLoader = (place?: Place) =>
  ({ src, width, quality }: { src: string; width: number; quality?: number }): string => resize(src, { width, quality }, place);
