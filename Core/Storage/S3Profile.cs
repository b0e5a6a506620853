using System.Collections.Frozen;

namespace ImageService.Core.Storage;

/// <summary>In what the members of the S3 family differ. Every property of a profile can be set by hand in the store's options.</summary>
/// <param name="PathStyle">Whether the bucket stands in the path instead of the host name.</param>
/// <param name="Region">Region that signatures name where the configuration names none; null: from the platform.</param>
/// <param name="Checksums">Whether the server knows the SDK's checksum headers and trailers; without them parts go with Content-MD5 alone.</param>
/// <param name="SignPayload">Whether the body's hash is part of the signature; R2 and others refuse the SDK's streamed form of it.</param>
/// <param name="ConditionalPut">Whether <c>If-None-Match: *</c> is honoured.</param>
/// <param name="WarmClass">Storage class for warm objects; null: none.</param>
/// <param name="ColdClass">Storage class for cold objects, readable at once; null: none.</param>
internal sealed record S3Profile(bool PathStyle, string? Region, bool Checksums, bool SignPayload, bool ConditionalPut, string? WarmClass, string? ColdClass)
{
    /// <summary>By name, as <c>Storage:Stores:{name}:Profile</c> has it.</summary>
    public static readonly FrozenDictionary<string, S3Profile> All = new Dictionary<string, S3Profile>(StringComparer.Ordinal)
    {
        ["aws"] = new(PathStyle: false, Region: null, Checksums: true, SignPayload: true, ConditionalPut: true, "STANDARD_IA", "GLACIER_IR"),
        ["minio"] = new(PathStyle: true, "us-east-1", Checksums: false, SignPayload: true, ConditionalPut: true, null, null),
        ["r2"] = new(PathStyle: true, "auto", Checksums: false, SignPayload: false, ConditionalPut: true, "STANDARD_IA", "STANDARD_IA"),

        // Its classes are whatever the operator placed under these names: set WarmClass and ColdClass.
        ["ceph"] = new(PathStyle: true, "default", Checksums: false, SignPayload: true, ConditionalPut: true, null, null),
        ["seaweedfs"] = new(PathStyle: true, "us-east-1", Checksums: false, SignPayload: true, ConditionalPut: true, null, null),
        ["wasabi"] = new(PathStyle: true, "us-east-1", Checksums: false, SignPayload: true, ConditionalPut: false, null, null),
        ["b2"] = new(PathStyle: true, "us-west-004", Checksums: false, SignPayload: true, ConditionalPut: false, null, null),
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
