using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Variants;

/// <summary>One image as asked for, once its URL has been read and its signature judged.</summary>
public sealed record VariantRequest
{
    /// <summary>Where the asset lives, with the policy in force.</summary>
    public required SpaceScope Space { get; init; }

    /// <summary>Which asset.</summary>
    public required AssetId AssetId { get; init; }

    /// <summary>Which version, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>As read; may name a preset.</summary>
    public required ImageOperations Operations { get; init; }

    /// <summary>Format of the URL's extension.</summary>
    public required ImageFormat Extension { get; init; }

    /// <summary>The access the asset must have, because the URL says so; null takes any (the worker).</summary>
    public AssetAccess? Access { get; init; }

    /// <summary>The request's <c>Accept</c>; used where the format is negotiated.</summary>
    public string? Accept { get; init; }

    /// <summary>What the browser says of itself; used by <c>w_auto</c> and <c>q_auto</c>.</summary>
    public ClientHints Hints { get; init; }

    /// <summary>Whether a valid signature came with the request; policy <c>transform_mode</c> may ask for one.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Whether that signature opens every size of the picture: sizes must then be steps of the space's ladder.</summary>
    public bool IsForAsset { get; init; }

    /// <summary>Whether the service asks for itself: what limits strangers' URLs (transform mode, width ladder, variant budget) does not apply.</summary>
    public bool IsOwn { get; init; }
}
