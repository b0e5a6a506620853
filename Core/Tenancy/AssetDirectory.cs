using System.Globalization;
using ImageService.Core.Facts;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Tenancy;

/// <summary>What is known of an asset's version, from memory while nothing changed. Assets are reached through a space only.</summary>
public sealed class AssetDirectory(RegistryFactory registry, FactsCache facts, TenantDirectory tenants)
{
    /// <summary>The facts of one version; null where the space holds no such live asset or version.</summary>
    public ValueTask<AssetFacts?> FindAsync(SpaceScope space, AssetId asset, int version, CancellationToken ct) =>
        TryFind(space, asset, version, out var known) ? new ValueTask<AssetFacts?>(known) : FindSlowlyAsync(space, asset, version, ct);

    /// <summary>The same from memory alone; false where somebody would have to be asked.</summary>
    public bool TryFind(SpaceScope space, AssetId asset, int version, out AssetFacts? known)
    {
        Span<char> key = stackalloc char[12];
        version.TryFormat(key, out var length, provider: CultureInfo.InvariantCulture);
        var isKnown = facts.TryGet(FactScope.Asset(space.OrganizationId, asset.Value), key[..length], out known, StaleFacts.Allow);
        known = In(space, known);
        return isKnown;
    }

    /// <summary>The facts of one version, whatever space of the organization holds it; null where there is no such live asset or version.</summary>
    public ValueTask<AssetFacts?> FindInOrganizationAsync(Guid organizationId, AssetId asset, int version, CancellationToken ct) => facts.GetOrLoadAsync(
        FactScope.Asset(organizationId, asset.Value),
        version.ToString(CultureInfo.InvariantCulture),
        (registry, organizationId, asset, version),
        static (asked, ct) => LoadAsync(asked.registry, asked.organizationId, asked.asset, asked.version, ct),
        StaleFacts.Allow,
        ct);

    /// <summary>
    /// A live asset with its space, read from the registry: for work that comes after the request. Null where the asset, or a level above it, is gone.
    /// </summary>
    public async Task<AssetPlace?> FindPlaceAsync(Guid organizationId, Guid assetId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var found = await (
            from asset in db.Assets.AsNoTracking()
            join version in db.AssetVersions on new { Id = asset.Id, Version = asset.CurrentVersion } equals new { Id = version.AssetId, version.Version }
            where asset.Id == assetId && asset.DeletedAt == null
            select new { asset, version.Format, version.HasAlpha }).SingleOrDefaultAsync(ct);
        if (found is null || await tenants.FindSpaceAsync(organizationId, found.asset.SpaceId, ct) is not { } space)
            return null;
        return new AssetPlace(space, found.asset, found.Format, found.HasAlpha);
    }

    /// <summary>The facts of the newest version; null where the space holds no such live asset.</summary>
    public async ValueTask<AssetFacts?> FindCurrentAsync(SpaceScope space, AssetId asset, CancellationToken ct)
    {
        var version = await facts.GetOrLoadAsync(
            FactScope.Asset(space.OrganizationId, asset.Value),
            "current",
            (registry, space.OrganizationId, asset),
            static async (asked, ct) =>
            {
                await using var db = asked.registry.ForOrganization(asked.OrganizationId);
                return await db.Assets.Where(row => row.OrganizationId == asked.OrganizationId && row.Id == asked.asset.Value && row.DeletedAt == null)
                    .Select(row => (int?)row.CurrentVersion).FirstOrDefaultAsync(ct);
            },
            StaleFacts.Allow,
            ct);
        return version is { } current ? await FindAsync(space, asset, current, ct) : null;
    }

    private async ValueTask<AssetFacts?> FindSlowlyAsync(SpaceScope space, AssetId asset, int version, CancellationToken ct) =>
        In(space, await facts.GetOrLoadAsync(
            FactScope.Asset(space.OrganizationId, asset.Value),
            version.ToString(CultureInfo.InvariantCulture),
            (registry, space.OrganizationId, asset, version),
            static (asked, ct) => LoadAsync(asked.registry, asked.OrganizationId, asked.asset, asked.version, ct),
            StaleFacts.Allow,
            ct));

    // Kept per organization, so that asking through the wrong space cannot make the right one forget.
    private static AssetFacts? In(SpaceScope space, AssetFacts? facts) => facts?.SpaceId == space.SpaceId ? facts : null;

    private static async Task<AssetFacts?> LoadAsync(RegistryFactory registry, Guid organizationId, AssetId asset, int version, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        return await (
            from a in db.Assets
            join v in db.AssetVersions on a.Id equals v.AssetId
            where a.OrganizationId == organizationId && a.Id == asset.Value && a.DeletedAt == null && v.Version == version && v.DeletedAt == null
            select new AssetFacts
            {
                OrganizationId = organizationId,
                SpaceId = a.SpaceId,
                AssetId = asset,
                Version = v.Version,
                Access = a.Access,
                ContentHash = v.ContentHash,
                Format = v.Format,
                SizeBytes = v.SizeBytes,
                Width = v.Width,
                Height = v.Height,
                HasAlpha = v.HasAlpha,
                Frames = v.Frames,
                FocalX = a.FocalX,
                FocalY = a.FocalY,
                StorageKey = v.StorageKey,
                Store = v.StorageProvider,
                OriginalTier = v.Tier,
                WorkingCopyKey = v.WorkingCopyKey,
                WorkingCopyHash = v.WorkingCopyHash,
                IntermediateKey = v.IntermediateKey,
                IntermediateHash = v.IntermediateHash,
                IntermediateWidth = v.IntermediateWidth,
                IntermediateHeight = v.IntermediateHeight,
                DecodeBytes = v.DecodeBytes,
                DecodeCpuMs = v.DecodeCpuMs,
                MeasuredJson = v.MeasuredEncodings,
                HasContentCredentials = v.HasContentCredentials == true,
                VariantGeneration = a.VariantGeneration,
                CurrentVersion = a.CurrentVersion,
                Filename = a.Filename,
                Folder = a.Folder,
                Tags = a.Tags,
                UploadedAt = v.UploadedAt,
            }).AsNoTracking().FirstOrDefaultAsync(ct);
    }
}

/// <summary>An asset with its space.</summary>
/// <param name="Space">The space and its policy.</param>
/// <param name="Asset">The row.</param>
/// <param name="OriginalFormat">Format of the current version's original.</param>
/// <param name="HasAlpha">Whether that has transparency.</param>
public sealed record AssetPlace(SpaceScope Space, Asset Asset, string OriginalFormat, bool HasAlpha);

/// <summary>Everything an image request needs to know of one version of an asset.</summary>
public sealed record AssetFacts
{
    public required Guid OrganizationId { get; init; }

    public required Guid SpaceId { get; init; }

    public required AssetId AssetId { get; init; }

    public required int Version { get; init; }

    public required AssetAccess Access { get; init; }

    /// <summary>SHA-256 of the original, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }

    /// <summary>
    /// The original's, by content: <c>jpg</c>, <c>png</c>, <c>webp</c>, <c>gif</c>, <c>avif</c>, <c>tiff</c>, <c>heic</c>, <c>svg</c>, <c>jxl</c>.
    /// </summary>
    public required string Format { get; init; }

    /// <summary>The original's length, bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>px, upright.</summary>
    public required int Width { get; init; }

    /// <summary>px, upright.</summary>
    public required int Height { get; init; }

    public required bool HasAlpha { get; init; }

    /// <summary>1 for a still picture.</summary>
    public required int Frames { get; init; }

    /// <summary>0 to 1 of the upright picture; null where none is set.</summary>
    public double? FocalX { get; init; }

    /// <summary>0 to 1 of the upright picture; null where none is set.</summary>
    public double? FocalY { get; init; }

    /// <summary>Object key of the original.</summary>
    public required string StorageKey { get; init; }

    /// <summary>Name of the store that holds the original, its working copy and its intermediate; null for the default one.</summary>
    public string? Store { get; init; }

    /// <summary>Storage class of the original.</summary>
    public StorageTier OriginalTier { get; init; }

    /// <summary>Object key of the raster made of a HEIC, JPEG XL or SVG original.</summary>
    public string? WorkingCopyKey { get; init; }

    /// <summary>SHA-256 of it; null where the registry does not know it.</summary>
    public string? WorkingCopyHash { get; init; }

    /// <summary>Object key of the hot intermediate; null until it is made.</summary>
    public string? IntermediateKey { get; init; }

    /// <summary>SHA-256 of it; null where the registry does not know it.</summary>
    public string? IntermediateHash { get; init; }

    /// <summary>px; 0 until the intermediate is made.</summary>
    public int IntermediateWidth { get; init; }

    /// <summary>px; 0 until the intermediate is made.</summary>
    public int IntermediateHeight { get; init; }

    /// <summary>What decoding the original takes at its peak, bytes; null where nobody judged it.</summary>
    public long? DecodeBytes { get; init; }

    /// <summary>CPU time that decoding the original took on upload, ms; null where it was not measured.</summary>
    public int? DecodeCpuMs { get; init; }

    /// <summary>As the registry has it; null until the worker has measured it.</summary>
    public string? MeasuredJson
    {
        get;
        init => (field, Encodings) = (value, MeasuredEncodings.Read(value));
    }

    /// <summary>What it takes in each format at equal looks.</summary>
    public MeasuredEncodings? Encodings { get; private init; }

    /// <summary>Whether the original is known to carry Content Credentials.</summary>
    public bool HasContentCredentials { get; init; }

    /// <summary>Counts invalidations; part of the caches' keys.</summary>
    public int VariantGeneration { get; init; }

    /// <summary>Number of the newest version.</summary>
    public int CurrentVersion { get; init; }

    public required string Filename { get; init; }

    public required string Folder { get; init; }

    public required string[] Tags { get; init; }

    public required DateTimeOffset UploadedAt { get; init; }
}
