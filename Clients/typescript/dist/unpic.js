import { resize } from './resize.js';
/** A transformer for unpic's base components: `<Image transformer={transform} options={place} … />`. */
export const transform = (src, { width, height, format, quality, fit }, place) => resize(`${src}`, { width: Number(width) || undefined, height: Number(height) || undefined, format, quality, fit }, place?.organization ? place : undefined);
