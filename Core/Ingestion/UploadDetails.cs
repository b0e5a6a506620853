using System.Text.Json;
using System.Text.Json.Serialization;

using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Ingestion;

/// <summary>What a caller says about a file before or beside its bytes; kept as JSON with uploads and imports that take a while.</summary>
public sealed record UploadDetails
{
    /// <summary>As <see cref="AssetNames.Filename"/> gives it; null for an import.</summary>
    public required string? Filename { get; init; }

    /// <summary>As <see cref="AssetNames.Folder"/> gives it.</summary>
    public required string Folder { get; init; }

    /// <summary>As <see cref="AssetNames.Tags(string)"/> gives them.</summary>
    public required string[] Tags { get; init; }

    /// <summary>Null: the space's default.</summary>
    public required AssetAccess? Access { get; init; }

    /// <summary>Presigned upload to the Api itself: SHA-256 of the URL's token, lower-case hex.</summary>
    public string? TokenHash { get; init; }

    /// <summary>The header that said all this (tus), to be said back word for word.</summary>
    public string? AsSent { get; init; }

    /// <summary>Resumable upload: whether its bytes are an archive that an import will name, and no image.</summary>
    public bool IsArchive { get; init; }

    /// <summary>Resumable upload: the asset whose new version its bytes are; null where they are an asset of their own.</summary>
    public Guid? VersionOf { get; init; }

    /// <summary>Reads the contract's texts.</summary>
    public static Result<UploadDetails> Read(string? filename, string? folder, string? tags, string? access)
    {
        if (!AssetNames.Folder(folder).TryGet(out var place, out var error) || !AssetNames.Tags(tags).TryGet(out var list, out error))
            return error;
        if (!ReadAccess(access).TryGet(out var reach, out error))
            return error;
        return new UploadDetails
        {
            Filename = AssetNames.Filename(filename),
            Folder = place,
            Tags = list,
            Access = reach.Access,
        };
    }

    /// <summary><c>public</c> or <c>private</c>; null or empty for the default.</summary>
    public static Result<(AssetAccess? Access, bool Given)> ReadAccess(string? text) => text switch
    {
        null or "" => ((AssetAccess?)null, false),
        "public" => ((AssetAccess?)AssetAccess.Public, true),
        "private" => ((AssetAccess?)AssetAccess.Private, true),
        _ => new Error(ErrorCode.InvalidRequest, "access must be public or private."),
    };

    /// <summary>The image that these details and a space make of a file.</summary>
    public IncomingImage For(SpaceScope space, Guid? uploadedBy) => new()
    {
        Space = space,
        Filename = AssetNames.Filename(Filename),
        Folder = Folder,
        Tags = Tags,
        Access = Access,
        UploadedBy = uploadedBy,
    };

    public string Write() => JsonSerializer.Serialize(this, UploadDetailsJson.Default.UploadDetails);

    public static UploadDetails Read(string json) =>
        JsonSerializer.Deserialize(json, UploadDetailsJson.Default.UploadDetails) ?? throw new JsonException("The details of an upload are null.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(UploadDetails))]
internal sealed partial class UploadDetailsJson : JsonSerializerContext;
