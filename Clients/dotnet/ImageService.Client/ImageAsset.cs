using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Client;

/// <summary>An asset with one of its versions, as the API tells it.</summary>
public sealed record ImageAsset
{
    // Here and in the records below: generated JSON code sets every init member, one that an answer lacks to default, whatever its initializer says.

    /// <summary>26 characters.</summary>
    public required string Id { get; init; }

    public required int Version { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    /// <summary>Absolute path; <c>/</c> at the top.</summary>
    public required string Folder { get; init; }

    public IReadOnlyList<string> Tags { get; init => field = value ?? []; } = [];

    public required ImageAccess Access { get; init; }

    public required string Filename { get; init; }

    /// <summary>By content: <c>jpg</c>, <c>png</c>, <c>heic</c>, …</summary>
    public required string Format { get; init; }

    /// <summary>px, upright.</summary>
    public required int Width { get; init; }

    /// <summary>px, upright.</summary>
    public required int Height { get; init; }

    public bool HasAlpha { get; init; }

    /// <summary>1 for a still picture.</summary>
    public int Frames { get; init => field = Math.Max(1, value); } = 1;

    /// <summary>Length of the original.</summary>
    public long SizeBytes { get; init; }

    /// <summary>SHA-256 of the original, lower-case hex.</summary>
    public string ContentHash { get; init => field = value ?? ""; } = "";

    public DateTimeOffset UploadedAt { get; init; }

    /// <summary>Whether an upload found these bytes already there.</summary>
    public bool Deduplicated { get; init; }

    /// <summary>Unsigned for private assets.</summary>
    public required AssetUrls Urls { get; init; }

    public FocalPoint? FocalPoint { get; init; }

    public string? BlurHash { get; init; }

    /// <summary>Base64; <see cref="Client.ThumbHash"/> draws it.</summary>
    public string? ThumbHash { get; init; }

    /// <summary><c>#rrggbb</c>.</summary>
    public string? DominantColour { get; init; }

    public JsonElement? Metadata { get; init; }

    /// <summary>Content Credentials (C2PA) of the original; null where it is not known whether it has any.</summary>
    public ContentCredentials? ContentCredentials { get; init; }

    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Hour in which one of its images was last asked for at the service (caches in front answer unseen); null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>For a change that must not overwrite somebody else's; null where the answer had none.</summary>
    [JsonIgnore]
    public string? ETag { get; init; }

    /// <summary>The URL of a picture of this version, unsigned. Transparency is kept where the client takes no modern format.</summary>
    /// <param name="operations">Null: the original.</param>
    /// <param name="baseUrl">The host that images are served from; null: the one that the API was asked at.</param>
    public ImageUrl Url(ImageOperations? operations = null, string? baseUrl = null)
    {
        var original = ImageUrl.ParseOriginal(Urls.Original);
        return original with
        {
            BaseUrl = baseUrl ?? original.BaseUrl,
            Operations = operations,
            Extension = operations is null ? original.Extension : HasAlpha ? "png" : "jpg",
        };
    }
}

/// <summary>Image URLs of an asset's version.</summary>
/// <param name="Original">Full size, without metadata.</param>
/// <param name="Presets">By slug.</param>
public sealed record AssetUrls(string Original, IReadOnlyDictionary<string, string> Presets)
{
    /// <summary>By slug.</summary>
    public IReadOnlyDictionary<string, string> Presets { get; init => field = value ?? None; } = Presets ?? None;

    private static IReadOnlyDictionary<string, string> None => ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>Content Credentials as they lie in the file; nobody verified their signatures.</summary>
/// <param name="Present">Whether the original holds a manifest store.</param>
/// <param name="Place">The part of the file that holds it: <c>app11_segment</c>, <c>cabx_chunk</c>, …; null where there is none.</param>
/// <param name="SizeBytes">Length of the manifest store; null where there is none.</param>
/// <param name="Delivered">Whether <see cref="AssetUrls.Original"/> still carries it. Every other image goes without.</param>
public sealed record ContentCredentials(bool Present, string? Place, long? SizeBytes, bool Delivered);

/// <summary>What stays in view when an image is cropped; 0 to 1 from the left and from the top.</summary>
public sealed record FocalPoint(double X, double Y);

/// <summary>One page of a list.</summary>
/// <param name="Items">In the list's order.</param>
/// <param name="NextCursor">Null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>A version of an asset.</summary>
public sealed record AssetVersion
{
    public required int Version { get; init; }

    public bool Current { get; init; }

    public required string Format { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public bool HasAlpha { get; init; }

    public int Frames { get; init => field = Math.Max(1, value); } = 1;

    public long SizeBytes { get; init; }

    public string ContentHash { get; init => field = value ?? ""; } = "";

    public DateTimeOffset UploadedAt { get; init; }

    public string Tier { get; init => field = value ?? ""; } = "";

    public required string Url { get; init; }
}

/// <summary>Which assets a list has.</summary>
public sealed record AssetFilter
{
    public string? Tenant { get; init; }

    public string? Space { get; init; }

    public string? Folder { get; init; }

    /// <summary>Whether folders below <see cref="Folder"/> count too.</summary>
    public bool Recursive { get; init; }

    public string? Tag { get; init; }

    /// <summary>Words, or their beginnings, in filename, folder and tags.</summary>
    public string? Words { get; init; }

    /// <summary>Not delivered for so many days, or never: 1 to 3650; null: all.</summary>
    public int? UnusedDays { get; init; }

    /// <summary><c>newest</c>, <c>oldest</c>, <c>name</c>, <c>size</c>, <c>used</c> or <c>unused</c>; null: newest.</summary>
    public string? Sort { get; init; }

    /// <summary>Deleted assets that can be restored, instead of the others.</summary>
    public bool Deleted { get; init; }

    /// <summary>Items a page; null: the service's choice.</summary>
    public int? Limit { get; init; }
}

/// <summary>A change of an asset; what is null stays.</summary>
public sealed record AssetChange
{
    public string? Folder { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public ImageAccess? Access { get; init; }

    public string? Filename { get; init; }

    public FocalPoint? FocalPoint { get; init; }
}

/// <summary>A signed URL.</summary>
/// <param name="Url">Works for whoever has it, until it expires.</param>
/// <param name="ExpiresAt">When it stops.</param>
/// <param name="ExpiresIn">The same, seconds from now.</param>
public sealed record SignedUrl(string Url, DateTimeOffset ExpiresAt, long ExpiresIn);
