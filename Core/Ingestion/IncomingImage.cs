using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Ingestion;

/// <summary>Where an upload goes and what it is called there. Names are as <see cref="AssetNames"/> gives them.</summary>
/// <param name="Space">Where to.</param>
/// <param name="Filename">Shown to people.</param>
/// <param name="Folder">Absolute.</param>
/// <param name="Tags">Any.</param>
/// <param name="Access">Null: the space's default.</param>
/// <param name="UploadedBy">The caller's id.</param>
public sealed record IncomingImage(SpaceScope Space, string Filename, string Folder, string[] Tags, AssetAccess? Access, Guid? UploadedBy);

/// <summary>An asset with one of its versions, as the registry has them now.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Version">The version that was just stored; the current one of an asset found by deduplication.</param>
/// <param name="Deduplicated">Whether the bytes were already in the space, so that nothing was stored.</param>
public sealed record IngestedAsset(Asset Asset, AssetVersion Version, bool Deduplicated);
