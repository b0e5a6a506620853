import { resize } from './resize.js';
import type { Place } from './url.js';

/** What Nuxt Image hands to a provider: the modifiers of one image, and the provider's own options (`Place`). */
export interface ProviderContext extends Partial<Place> {
  modifiers?: { width?: number | string; height?: number | string; quality?: number | string; format?: string; fit?: string };
  baseURL?: string;
}

/** The URL of one image (Nuxt Image 1). */
export function getImage(src: string, { modifiers = {}, baseURL, ...options }: ProviderContext = {}): { url: string } {
  const { width, height, quality, format, fit } = modifiers;
  const place = options.organization ? { baseUrl: baseURL, ...options } as Place : undefined;
  return { url: resize(src, { width: number(width), height: number(height), quality, format, fit }, place) };
}

/** The provider (Nuxt Image 2). */
export default () => ({ getImage });

const number = (value?: number | string): number | undefined => Number(value) || undefined;
