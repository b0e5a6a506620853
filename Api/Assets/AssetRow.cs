using ImageService.Core.Registry;

namespace ImageService.Api.Assets;

/// <summary>An asset and its current version.</summary>
internal sealed class AssetRow
{
    public required Asset Asset { get; init; }

    public required AssetVersion Version { get; init; }

    /// <summary>Null where uses were not asked for.</summary>
    public AssetUse? Use { get; init; }
}
