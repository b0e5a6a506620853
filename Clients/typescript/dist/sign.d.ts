/** What a signature covers: this URL alone, or with `asset` the picture in every width, height, pixel ratio, quality and format. */
export type Scope = 'asset';
/** The text that is signed, in parts. */
export interface SignatureInput {
    /** The key's secret: base64url of 32 bytes, as the API shows it once. */
    secret: string;
    /** The path exactly as it will be requested, still percent-encoded, without the query. */
    path: string;
    /** When the signature ends, Unix time, seconds. */
    exp: number;
    /** As the public sees it; a port is dropped. */
    hostname: string;
    /** UUID of the tenant that owns the path. */
    tenantId: string;
    scope?: Scope;
}
/** A tenant's signing key. */
export interface SigningKey {
    kid: string;
    /** Base64url of 32 bytes; belongs on servers only. */
    secret: string;
    /** UUID. */
    tenantId: string;
}
/** For how long, and for what. */
export interface SignOptions {
    /** Seconds from now; left out: 3600. The space's policy may end it earlier. */
    ttlSeconds?: number;
    /** The moment it ends, instead of `ttlSeconds`; Unix time, seconds. Round it up to the hour, say, and pages of one hour share their URLs and caches. */
    exp?: number;
    scope?: Scope;
    /** Needed for a path without a host. */
    hostname?: string;
}
/** The path without the operations that make sizes, qualities and formats of one picture: `…/v3/preset_card-w_400.webp` becomes `…/v3/preset_card.*`. */
export declare function pathTemplate(path: string): string;
/** The value of `sig`: 43 characters. */
export declare function signature(input: SignatureInput): Promise<string>;
/**
 * Signs an image's URL, or its path with `hostname`. A signature that it already carries is replaced.
 *
 * @returns the URL with `sig`, `exp`, `kid` and, where asked for, `scope`.
 */
export declare function signUrl(url: string, key: SigningKey, options?: SignOptions): Promise<string>;
