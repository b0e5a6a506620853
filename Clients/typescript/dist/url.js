import { writeOperations } from './operations.js';
/** The URL of an image; unsigned. Throws a TypeError that names the part that cannot be in a URL. */
export function buildUrl(input) {
    const { asset, version, operations = {}, extension = 'jpg' } = input;
    if (!Number.isInteger(version) || version < 1)
        throw new TypeError(`version is a whole number from 1, not ${version}.`);
    return `${placeUrl(input)}/img/${part('asset', asset, /^[0-9a-z]{26}$/i).toUpperCase()}/v${version}/`
        + `${typeof operations === 'string' ? part('operations', operations, /^[\w.,:~-]+$/) : writeOperations(operations)}.${part('extension', extension, /^[a-z]+$/)}`;
}
/** `https://images.example.com/v1/pub/acme/website/marketing`. */
export function placeUrl(place) {
    const slug = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
    return `${(place.baseUrl ?? '').replace(/\/+$/, '')}/v1/${place.access === 'private' ? 'priv' : 'pub'}/`
        + `${part('organization', place.organization, slug)}/${part('tenant', place.tenant, slug)}/${part('space', place.space, slug)}`;
}
function part(name, value, pattern) {
    if (typeof value !== 'string' || !pattern.test(value))
        throw new TypeError(`${name} cannot be ${JSON.stringify(value)}.`);
    return value;
}
