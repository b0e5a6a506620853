using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Ingestion;

/// <summary>Where an upload goes and what it is called there. Names are as <see cref="AssetNames"/> gives them.</summary>
public sealed record IncomingImage
{
    /// <summary>Where to.</summary>
    public required SpaceScope Space { get; init; }

    /// <summary>Shown to people.</summary>
    public required string Filename { get; init; }

    /// <summary>Absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>Any.</summary>
    public required string[] Tags { get; init; }

    /// <summary>Null: the space's default.</summary>
    public required AssetAccess? Access { get; init; }

    /// <summary>The caller's id.</summary>
    public required Guid? UploadedBy { get; init; }
}

/// <summary>An asset with one of its versions, as the registry has them now.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Version">The version that was just stored; the current one of an asset found by deduplication.</param>
/// <param name="Deduplicated">Whether the bytes were already in the space, so that nothing was stored.</param>
public sealed record IngestedAsset(Asset Asset, AssetVersion Version, bool Deduplicated);
