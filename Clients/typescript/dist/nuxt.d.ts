import type { Place } from './url.js';
/** What Nuxt Image hands to a provider: the modifiers of one image, and the provider's own options (`Place`). */
export interface ProviderContext extends Partial<Place> {
    modifiers?: {
        width?: number | string;
        height?: number | string;
        quality?: number | string;
        format?: string;
        fit?: string;
    };
    baseURL?: string;
}
/** The URL of one image (Nuxt Image 1). */
export declare function getImage(src: string, { modifiers, baseURL, ...options }?: ProviderContext): {
    url: string;
};
export default _default;
/** The provider (Nuxt Image 2). */
declare function _default(): {
    getImage: typeof getImage;
};
