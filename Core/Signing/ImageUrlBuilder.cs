using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Signing;

/// <summary>Writes image URLs: the counterpart of the gateway's reading of them. Pure text; paths need no percent-encoding by construction.</summary>
public static class ImageUrlBuilder
{
    /// <summary>The path of an image: <c>/v1/pub/acme/website/marketing/img/01JB…/v1/w_800.webp</c>.</summary>
    /// <param name="image">Whose image.</param>
    /// <param name="operations">Operations in the URL's grammar, or <c>original</c>.</param>
    /// <param name="extension">The extension's format.</param>
    public static string Path(ImageAddress image, string operations, ImageFormat extension) =>
        $"/v1/{(image.Access == AssetAccess.Public ? "pub" : "priv")}/{image.Organization}/{image.Tenant}/{image.Space}/img/{image.Asset}/v{image.Version}/{operations}.{extension.Name()}";

    /// <summary>The path with operations built by code.</summary>
    public static string Path(ImageAddress image, ImageOperations operations, ImageFormat extension) =>
        Path(image, OperationsText.Write(operations), extension);

    /// <summary>The path of the whole original; where its own format cannot be delivered, as a conversion to <paramref name="otherwise"/>.</summary>
    public static string OriginalPath(ImageAddress image, ImageFormat? own, ImageFormat otherwise) => Path(image, OperationsGrammar.Original, own ?? otherwise);

    /// <summary>A path with a preset's operations: <c>…/preset_card.webp</c>.</summary>
    public static string PresetPath(ImageAddress image, string presetSlug, ImageFormat extension) =>
        Path(image, new ImageOperations { Preset = presetSlug }, extension);

    /// <summary>A path with its signature.</summary>
    /// <param name="secret">The key's 32 bytes.</param>
    /// <param name="kid">The key's id.</param>
    /// <param name="request">What is signed.</param>
    public static string SignedPath(ReadOnlySpan<byte> secret, string kid, SignedRequest request) =>
        $"{request.Path}?{new SignatureQuery(UrlSignature.Sign(secret, request), request.ExpiresUnixSeconds, kid)}";

    /// <summary>A path with a signature that opens the picture in every size, quality and format (<see cref="PathTemplate"/>).</summary>
    /// <inheritdoc cref="SignedPath"/>
    public static string SignedForAsset(ReadOnlySpan<byte> secret, string kid, SignedRequest request)
    {
        var signature = UrlSignature.Sign(secret, request with { Path = PathTemplate.Of(request.Path) });
        return $"{request.Path}?{new SignatureQuery(signature, request.ExpiresUnixSeconds, kid, IsForAsset: true)}";
    }

    /// <summary>A path under a base URL (<c>https://images.example.com</c>), whose own path and trailing slash are kept and dropped respectively.</summary>
    public static string Absolute(string baseUrl, string path) => baseUrl.TrimEnd('/') + path;
}

/// <summary>One version of an asset, by the names that its URLs carry.</summary>
public sealed record ImageAddress
{
    /// <summary>Slug.</summary>
    public required string Organization { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    /// <summary>The asset.</summary>
    public required AssetId Asset { get; init; }

    /// <summary>From 1.</summary>
    public required int Version { get; init; }

    /// <summary>Public assets have public URLs only, private ones private.</summary>
    public required AssetAccess Access { get; init; }
}
