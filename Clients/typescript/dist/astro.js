import { resize, WIDTHS } from './resize.js';
/** An image service for Astro: `image: { service: { entrypoint: '@imageservice/client/astro', config: place } }`. */
const service = {
    validateOptions: (options) => options,
    getURL: (options, { service: { config } }) => {
        const { src, width, height, quality, format, fit } = options;
        const place = config?.organization ? config : undefined;
        return resize(typeof src === 'string' ? src : src.src, { width, height, quality: quality ?? undefined, format, fit: FITS.includes(fit) ? fit : undefined }, place);
    },
    getSrcSet: ({ width, height, widths = WIDTHS, ...options }) => {
        const steps = widths.filter(step => !width || step <= 2 * width);
        return steps.map(step => ({
            transform: { ...options, width: step, ...(width && height && { height: Math.round(height * step / width) }) },
            descriptor: `${step}w`,
            attributes: {},
        }));
    },
    getHTMLAttributes: (options) => {
        const attributes = { loading: 'lazy', decoding: 'async', ...options };
        for (const name of ['src', 'format', 'quality', 'densities', 'widths', 'formats', 'layout', 'priority', 'fit', 'position', 'background'])
            delete attributes[name];
        return attributes;
    },
};
// Astro's own layouts name fits that CSS has and the service has not.
const FITS = ['cover', 'contain', 'fill', 'inside', 'outside', 'pad'];
export default service;
