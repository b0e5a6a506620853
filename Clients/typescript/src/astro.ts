import { resize, WIDTHS } from './resize.js';
import type { Place } from './url.js';

/** What Astro's `<Image />` and `getImage` hand to a service. */
export interface Transform {
  src: string | { src: string; width: number; height: number; format: string };
  width?: number;
  height?: number;
  quality?: number | string | null;
  format?: string;
  fit?: string;
  widths?: number[];
  densities?: unknown;
  [attribute: string]: unknown;
}

/** One candidate of a `srcset`, whose `transform` goes through `getURL`. */
export interface Candidate {
  transform: any;
  descriptor: string;
  attributes: Record<string, any>;
}

/** The part of Astro's configuration that a service reads. */
export interface ImageConfig {
  service: { config: Partial<Place> };
}

/** An image service for Astro: `image: { service: { entrypoint: '@imageservice/client/astro', config: place } }`. */
const service = {
  validateOptions: (options: Transform): any => options,

  getURL: (options: Transform, { service: { config } }: ImageConfig): string => {
    const { src, width, height, quality, format, fit } = options;
    const place = config?.organization ? config as Place : undefined;
    return resize(typeof src === 'string' ? src : src.src, { width, height, quality: quality ?? undefined, format, fit: FITS.includes(fit!) ? fit : undefined }, place);
  },

  getSrcSet: ({ width, height, widths = WIDTHS as number[], ...options }: Transform): Candidate[] => {
    const steps = widths.filter(step => !width || step <= 2 * width);
    return steps.map(step => ({
      transform: { ...options, width: step, ...(width && height && { height: Math.round(height * step / width) }) },
      descriptor: `${step}w`,
      attributes: {},
    }));
  },

  getHTMLAttributes: (options: Transform): Record<string, unknown> => {
    const attributes: Record<string, unknown> = { loading: 'lazy', decoding: 'async', ...options };
    for (const name of ['src', 'format', 'quality', 'densities', 'widths', 'formats', 'layout', 'priority', 'fit', 'position', 'background']) delete attributes[name];
    return attributes;
  },
};

// Astro's own layouts name fits that CSS has and the service has not.
const FITS = ['cover', 'contain', 'fill', 'inside', 'outside', 'pad'];

export default service;
