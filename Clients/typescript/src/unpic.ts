import { resize } from './resize.js';
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
export const transform = (src: string | URL, { width, height, format, quality, fit }: UnpicOperations, place?: Partial<Place>): string =>
  resize(`${src}`, { width: Number(width) || undefined, height: Number(height) || undefined, format, quality, fit }, place?.organization ? place as Place : undefined);
