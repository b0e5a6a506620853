import { type Format, type Operations } from './operations.js';
/** Where images are: the part of their URLs that an application sets once. */
export interface Place {
    /** `https://images.example.com`, a path allowed; left out: URLs without a host. */
    baseUrl?: string;
    /** Slug. */
    organization: string;
    /** Slug. */
    tenant: string;
    /** Slug. */
    space: string;
    /** Private assets have signed URLs only. Left out: `public`. */
    access?: 'public' | 'private';
}
/** One image. */
export interface ImageInput extends Place {
    /** The asset's id, 26 characters. */
    asset: string;
    /** The asset's version, from 1. */
    version: number;
    /** Left out: the original. As text: operations in the URL's own grammar. */
    operations?: Operations | string;
    /** The format where operations name none. Left out: `jpg`. */
    extension?: Format | 'jpeg';
}
/** The URL of an image; unsigned. Throws a TypeError that names the part that cannot be in a URL. */
export declare function buildUrl(input: ImageInput): string;
/** `https://images.example.com/v1/pub/acme/website/marketing`. */
export declare function placeUrl(place: Place): string;
