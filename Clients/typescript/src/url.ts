import { type Format, type Operations, writeOperations } from './operations.js';

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
export function buildUrl(input: ImageInput): string {
  const { asset, version, operations = {}, extension = 'jpg' } = input;
  if (!Number.isInteger(version) || version < 1) throw new TypeError(`version is a whole number from 1, not ${version}.`);
  return `${placeUrl(input)}/img/${part('asset', asset, /^[0-9a-z]{26}$/i).toUpperCase()}/v${version}/`
    + `${typeof operations === 'string' ? part('operations', operations, /^[\w.,:~-]+$/) : writeOperations(operations)}.${part('extension', extension, /^[a-z]+$/)}`;
}

/** `https://images.example.com/v1/pub/acme/website/marketing`. */
export function placeUrl(place: Place): string {
  const slug = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
  return `${(place.baseUrl ?? '').replace(/\/+$/, '')}/v1/${place.access === 'private' ? 'priv' : 'pub'}/`
    + `${part('organization', place.organization, slug)}/${part('tenant', place.tenant, slug)}/${part('space', place.space, slug)}`;
}

function part(name: string, value: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new TypeError(`${name} cannot be ${JSON.stringify(value)}.`);
  return value;
}
