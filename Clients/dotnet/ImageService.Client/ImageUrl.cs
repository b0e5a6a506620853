using System.Text.Json.Serialization;

namespace ImageService.Client;

/// <summary>An image by the parts of its URL; <see cref="ToString"/> is the URL. Change parts by <c>with</c>.</summary>
public sealed record ImageUrl
{
    /// <summary><c>https://images.example.com</c>, a path allowed; null: a URL without a host.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>Slug.</summary>
    public required string Organization { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    /// <summary>Private assets have signed URLs only.</summary>
    public ImageAccess Access { get; init; }

    /// <summary>The asset's id, 26 characters.</summary>
    public required string Asset { get; init; }

    /// <summary>The asset's version, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Null: the original.</summary>
    public ImageOperations? Operations { get; init; }

    /// <summary>The format where operations name none.</summary>
    public string Extension { get; init => field = value ?? "jpg"; } = "jpg";

    /// <summary>The URL without <see cref="BaseUrl"/>: what a signature covers.</summary>
    /// <exception cref="InvalidOperationException">A part cannot stand in a URL; the message names it.</exception>
    [JsonIgnore]
    public string Path
    {
        get
        {
            if (Version < 1)
                throw new InvalidOperationException($"{nameof(Version)} is at least 1, not {Version}.");
            var place = $"{Slug(nameof(Organization), Organization)}/{Slug(nameof(Tenant), Tenant)}/{Slug(nameof(Space), Space)}";
            var asset = Part(nameof(Asset), Asset, Asset is { Length: ImageUrlParts.IdLength } && Asset.All(char.IsAsciiLetterOrDigit)).ToUpperInvariant();
            var extension = Part(nameof(Extension), Extension, Extension is { Length: > 0 } && Extension.All(char.IsAsciiLetterLower));
            return $"/v1/{(Access is ImageAccess.Private ? "priv" : "pub")}/{place}/img/{asset}/v{Version}/{Operations?.ToString() ?? "original"}.{extension}";
        }
    }

    /// <summary>The URL, or path, of an asset's original in parts: <see cref="AssetUrls.Original"/>. A query is dropped.</summary>
    /// <exception cref="FormatException">It is no URL of an original.</exception>
    public static ImageUrl ParseOriginal(string url)
    {
        if (ImageUrlParts.Read(url) is not { Operations: "original" } parts)
            throw new FormatException($"\"{url}\" is not the URL of an image's original.");
        return new ImageUrl
        {
            BaseUrl = parts.BaseUrl.Length > 0 ? parts.BaseUrl : null,
            Access = parts.Access is "priv" ? ImageAccess.Private : ImageAccess.Public,
            Organization = parts.Organization,
            Tenant = parts.Tenant,
            Space = parts.Space,
            Asset = parts.Asset,
            Version = parts.Version,
            Extension = parts.Extension,
        };
    }

    /// <summary>The URL, unsigned.</summary>
    /// <inheritdoc cref="Path" path="/exception"/>
    public override string ToString() => BaseUrl?.TrimEnd('/') + Path;

    private static string Slug(string name, string value) => Part(
        name, value, value is { Length: > 0 and <= 100 }
            && value.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-') && value[0] != '-'
            && value[^1] != '-');

    private static string Part(string name, string value, bool holds) => holds ? value : throw new InvalidOperationException($"{name} cannot be \"{value}\".");
}

/// <summary>Who may see an asset.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<ImageAccess>))]
public enum ImageAccess
{
    /// <summary>Anybody, by its URL.</summary>
    Public,

    /// <summary>Whoever has a signed URL.</summary>
    Private,
}

/// <summary>Texts of <see cref="ImageFormat"/>.</summary>
public static class ImageFormats
{
    /// <summary>As in URLs: <c>webp</c>.</summary>
    public static string Name(this ImageFormat format) => format.ToString().ToLowerInvariant();
}
