using System.Security.Cryptography;
using ImageService.Core.Engine;
using ImageService.Core.Messaging;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Variants;

/// <summary>
/// Where variants are kept for good: a row in the registry says that one exists, its object in the store holds the bytes. A row without its
/// object is healed by making the variant again; an object without its row is not served.
/// </summary>
public sealed class VariantStore(RegistryFactory registry, ObjectStores stores, TimeProvider time)
{
    /// <summary>Whether the registry says that the variant exists.</summary>
    public async Task<VariantRow?> FindAsync(VariantDescription description, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(description.OrganizationId);
        var (assetId, version, hash) = (description.Key.AssetId, description.Key.Version, description.OperationsHash);
        return await db.Variants.AsNoTracking()
            .Where(variant => variant.AssetId == assetId && variant.Version == version && variant.OperationsHash == hash)
            .Select(variant =>
                new VariantRow
                {
                    StorageKey = variant.StorageKey,
                    Store = variant.StorageProvider,
                    Width = variant.Width,
                    Height = variant.Height,
                    SizeBytes = variant.SizeBytes,
                    ContentHash = variant.ContentHash,
                })
            .FirstOrDefaultAsync(ct);
    }

    /// <summary>Variants of the asset version so far.</summary>
    public async Task<int> CountAsync(VariantDescription description, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(description.OrganizationId);
        var (assetId, version) = (description.Key.AssetId, description.Key.Version);
        return await db.Variants.CountAsync(variant => variant.AssetId == assetId && variant.Version == version, ct);
    }

    /// <summary>Opens an object of a store, null naming the default one; null when there is none.</summary>
    public Task<StoredObject?> OpenAsync(string? store, string key, CancellationToken ct) => stores.Of(store).Objects.OpenAsync(key, null, ct);

    /// <summary>Opens and reads an object wholly, as far as it is what is known of it.</summary>
    public async Task<StoredBytes> ReadAsync(string? store, string key, ExpectedBytes expected, CancellationToken ct)
    {
        await using var stored = await OpenAsync(store, key, ct);
        return stored is null ? Damage.Missing : await ReadAsync(stored, expected, ct);
    }

    /// <summary>Reads an opened object wholly, as far as it is what is known of it: one of another length is not read at all.</summary>
    public static async Task<StoredBytes> ReadAsync(StoredObject stored, ExpectedBytes expected, CancellationToken ct)
    {
        if (stored.Info.SizeBytes > Array.MaxLength || (expected.SizeBytes is { } size && stored.Info.SizeBytes != size))
            return Damage.Length;
        var bytes = GC.AllocateUninitializedArray<byte>((int)stored.Info.SizeBytes);
        if (await stored.Content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct) < bytes.Length)
            return Damage.Length;
        return IntegrityGuard.Judge(bytes, expected) is { } damage ? damage : bytes;
    }

    /// <summary>Writes bytes that can be made again (a variant, an intermediate) under a key of a store, null naming the default one.</summary>
    public async Task WriteAsync(string? store, string key, ReadOnlyMemory<byte> bytes, string contentType, CancellationToken ct)
    {
        await using var content = new ReadOnlyMemoryStream(bytes);
        await PutAsync(stores.Of(store).Objects, key, content, contentType, ct);
    }

    /// <summary>
    /// Puts the object and then its row. The row is written only while the asset lives and no invalidation has come since the variant was described:
    /// the share lock on the asset makes an invalidation wait for this, or this for it.
    /// </summary>
    /// <param name="description">Which variant.</param>
    /// <param name="made">Its bytes, and what is to be known of them.</param>
    /// <param name="terms">What holds for it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Publication> PublishAsync(VariantDescription description, MadeVariant made, PublicationTerms terms, CancellationToken ct)
    {
        var place = stores.Of(description.Space.Policy.Store);
        await using (var content = made.OpenRead())
            await PutAsync(place.Objects, description.StorageKey, content, made.Format.MediaType(), ct);
        await using var db = registry.ForOrganization(description.OrganizationId);
        var row = Row(description, made, place.Name);
        var told = Told(description, terms);
        if (terms.Budget is null && told is null)
            return await InsertAsync(db, row, description.Key.Generation, ct) ? Publication.Published : Publication.Overtaken;

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (terms.Budget is { } most && !await HasPlaceAsync(db, row, most, ct))
        {
            await transaction.RollbackAsync(ct);
            await place.Objects.DeleteAsync(description.StorageKey, ct);
            return Publication.OverBudget;
        }

        var written = await InsertAsync(db, row, description.Key.Generation, ct);
        if (written && told is not null)
        {
            told(db);
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return written ? Publication.Published : Publication.Overtaken;
    }

    /// <summary>Takes the version's writers in turns, so that replicas cannot exceed the budget together.</summary>
    private static async Task<bool> HasPlaceAsync(RegistryDb db, Variant row, int most, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({$"variants:{row.AssetId:n}:{row.Version}"}, 0))", ct);
        return most > await db.Variants.CountAsync(
            variant => variant.AssetId == row.AssetId && variant.Version == row.Version && variant.OperationsHash != row.OperationsHash, ct);
    }

    /// <summary>The fact that goes with the row; null where nobody waits for one.</summary>
    private Action<RegistryDb>? Told(VariantDescription description, PublicationTerms terms)
    {
        var (organization, asset, version) = (description.OrganizationId, description.Key.AssetId, description.Key.Version);
        return terms.IsOwn && description.Preset is not null
            ? db => db.Publish(new VariantReady(organization, asset, version, description.OperationsHash), time.GetUtcNow())
            : terms.Budget is not null && LadderSiblings.AreWanted(description)
            ? db => db.Publish(new LadderStepMade(organization, asset, version, description.Canonical.Text), time.GetUtcNow())
            : null;
    }

    /// <summary>Notes where an intermediate lies.</summary>
    public async Task NoteIntermediateAsync(VariantDescription description, string key, TransformedImage intermediate, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(description.OrganizationId);
        var (assetId, version, hash) = (description.Key.AssetId, description.Key.Version, Convert.ToHexStringLower(SHA256.HashData(intermediate.Bytes.Span)));
        await db.AssetVersions
            .Where(row => row.AssetId == assetId && row.Version == version && (row.IntermediateKey != key || row.IntermediateHash != hash))
            .ExecuteUpdateAsync(
                row => row.SetProperty(it => it.IntermediateKey, key)
                    .SetProperty(it => it.IntermediateHash, hash)
                    .SetProperty(it => it.IntermediateWidth, intermediate.Width).SetProperty(it => it.IntermediateHeight, intermediate.Height),
                ct);
    }

    /// <summary>Notes what a version takes in each format.</summary>
    public async Task NoteEncodingsAsync(VariantDescription description, MeasuredEncodings measured, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(description.OrganizationId);
        var (assetId, version, json) = (description.Key.AssetId, description.Key.Version, measured.Write());
        await db.AssetVersions.Where(row => row.AssetId == assetId && row.Version == version)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.MeasuredEncodings, json), ct);
    }

    /// <summary>Notes that an original was read from a class that is not hot; the tiering job brings it back.</summary>
    public async Task NoteOriginalReadAsync(VariantDescription description, CancellationToken ct)
    {
        var (assetId, version, now) = (description.Key.AssetId, description.Key.Version, time.GetUtcNow());
        await using var db = registry.ForOrganization(description.OrganizationId);
        await db.AssetVersions.Where(row => row.AssetId == assetId && row.Version == version)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.OriginalReadAt, now), ct);
    }

    /// <summary>Nothing written here waits for the disk: what a crash takes is noticed by its hash and made again.</summary>
    private static Task<PutResult> PutAsync(IObjectStore objects, string key, Stream content, string contentType, CancellationToken ct) =>
        objects.PutAsync(key, content, new PutOptions(contentType) { CanBeMadeAgain = true }, ct);

    /// <summary>A row that a crash of the database takes is made again with its image: the commit does not wait for the disk.</summary>
    private static async Task<bool> InsertAsync(RegistryDb db, Variant row, int generation, CancellationToken ct)
    {
        var written = await db.Database.ExecuteSqlAsync(
            $"""
            WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            INSERT INTO variants (id, organization_id, space_id, asset_id, version, operations, operations_hash, format, storage_key, storage_provider,
                size_bytes, content_hash, width, height, processing_time_ms, preset, tier, access_count, created_at)
            SELECT {row.Id}, {row.OrganizationId}, {row.SpaceId}, a.id, {row.Version}, {row.Operations}, {row.OperationsHash}, {row.Format}, {row.StorageKey},
                {row.StorageProvider}, {row.SizeBytes}, {row.ContentHash}, {row.Width}, {row.Height}, {row.ProcessingTimeMs}, {row.Preset}::text, 'hot', 0, {row.CreatedAt}
            FROM soon, assets a
            WHERE a.id = {row.AssetId} AND a.deleted_at IS NULL AND a.variant_generation = {generation}
            FOR SHARE OF a
            ON CONFLICT (asset_id, version, operations_hash) DO UPDATE SET size_bytes = EXCLUDED.size_bytes, content_hash = EXCLUDED.content_hash,
                storage_provider = EXCLUDED.storage_provider, tier = EXCLUDED.tier
            """,
            ct);
        return written > 0;
    }

    private Variant Row(VariantDescription description, MadeVariant made, string store) => new()
    {
        OrganizationId = description.OrganizationId,
        SpaceId = description.Space.SpaceId,
        AssetId = description.Key.AssetId,
        Version = description.Key.Version,
        Operations = description.Canonical.Text,
        OperationsHash = description.OperationsHash,
        Format = made.Format.Name(),
        StorageKey = description.StorageKey,
        StorageProvider = store,
        SizeBytes = made.SizeBytes,
        ContentHash = made.ContentHash,
        Width = made.Width,
        Height = made.Height,
        ProcessingTimeMs = (int)made.CpuTime.TotalMilliseconds,
        Preset = description.Preset?.Slug,
        CreatedAt = time.GetUtcNow(),
    };
}

/// <summary>What holds for a variant that is to be published.</summary>
/// <param name="Budget">Most variants the asset version may have; null for no limit.</param>
/// <param name="IsOwn">Whether the service makes it for itself: then those who asked for its preset are told, in the transaction that writes its row.</param>
public readonly record struct PublicationTerms(int? Budget, bool IsOwn);

/// <summary>What became of a variant that was to be published.</summary>
public enum Publication
{
    Published,

    /// <summary>The asset went, or an invalidation came, meanwhile: it may be served to those who waited and kept nowhere.</summary>
    Overtaken,

    /// <summary>Others took the last places of the budget meanwhile: it is not kept and not served.</summary>
    OverBudget,
}

/// <summary>What the registry says of a variant.</summary>
public sealed record VariantRow
{
    public required string StorageKey { get; init; }

    public required string Store { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required long SizeBytes { get; init; }

    public required string ContentHash { get; init; }
}

/// <summary>An object's bytes, or why they are not what they should be.</summary>
public readonly record struct StoredBytes(byte[]? Bytes, Damage? Damage)
{
    public static implicit operator StoredBytes(Damage damage) => new(null, damage);

    public static implicit operator StoredBytes(byte[] bytes) => new(bytes, null);
}
