using System.Collections.Frozen;

namespace ImageService.Core.Storage;

/// <summary>In what the members of the S3 family differ. Every property of a profile can be set by hand in the store's options.</summary>
internal sealed record S3Profile
{
    /// <summary>Whether the bucket stands in the path instead of the host name.</summary>
    public required bool PathStyle { get; init; }

    /// <summary>Region that signatures name where the configuration names none; null: from the platform.</summary>
    public required string? Region { get; init; }

    /// <summary>Whether the server knows the SDK's checksum headers and trailers; without them parts go with Content-MD5 alone.</summary>
    public required bool Checksums { get; init; }

    /// <summary>Whether the body's hash is part of the signature; R2 and others refuse the SDK's streamed form of it.</summary>
    public required bool SignPayload { get; init; }

    /// <summary>Whether <c>If-None-Match: *</c> is honoured.</summary>
    public required bool ConditionalPut { get; init; }

    /// <summary>Storage class for warm objects; null: none.</summary>
    public required string? WarmClass { get; init; }

    /// <summary>Storage class for cold objects, readable at once; null: none.</summary>
    public required string? ColdClass { get; init; }

    private static readonly S3Profile Aws = new()
    {
        PathStyle = false, Region = null, Checksums = true, SignPayload = true, ConditionalPut = true, WarmClass = "STANDARD_IA", ColdClass = "GLACIER_IR",
    };

    /// <summary>What other servers have in common.</summary>
    private static readonly S3Profile Compatible = Aws with { PathStyle = true, Region = "us-east-1", Checksums = false, WarmClass = null, ColdClass = null };

    /// <summary>By name, as <c>Storage:Stores:{name}:Profile</c> has it.</summary>
    public static readonly FrozenDictionary<string, S3Profile> All = new Dictionary<string, S3Profile>(StringComparer.Ordinal)
    {
        ["aws"] = Aws,
        ["minio"] = Compatible,
        ["r2"] = Compatible with { Region = "auto", SignPayload = false, WarmClass = "STANDARD_IA", ColdClass = "STANDARD_IA" },

        // Its classes are whatever the operator placed under these names: set WarmClass and ColdClass.
        ["ceph"] = Compatible with { Region = "default" },
        ["seaweedfs"] = Compatible,
        ["wasabi"] = Compatible with { ConditionalPut = false },
        ["b2"] = Compatible with { Region = "us-west-004", ConditionalPut = false },
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
