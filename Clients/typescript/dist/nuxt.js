import { resize } from './resize.js';
/** The URL of one image (Nuxt Image 1). */
export function getImage(src, { modifiers = {}, baseURL, ...options } = {}) {
    const { width, height, quality, format, fit } = modifiers;
    const place = options.organization ? { baseUrl: baseURL, ...options } : undefined;
    return { url: resize(src, { width: number(width), height: number(height), quality, format, fit }, place) };
}
/** The provider (Nuxt Image 2). */
export default () => ({ getImage });
const number = (value) => Number(value) || undefined;
