using System.Diagnostics;
using System.Security.Cryptography;
using ImageService.Core.Caching;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Stripping;
using ImageService.Core.Errors;
using ImageService.Core.Storage;

namespace ImageService.Core.Variants;

/// <summary>
/// <c>original</c> of a file that no cache in memory would keep: copied to this machine's disk, its metadata left out while it is written to the store, and
/// never
/// in memory as a whole. It is served from the store.
/// </summary>
public sealed class LargeOriginals(VariantStore store, IntegrityGuard integrity, TransformEngine engine, VariantCache cache)
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Whether the variant is such an original.</summary>
    public bool Applies(VariantDescription description) =>
        description.Canonical.Operations.Original && !description.IsExactOriginal && !description.KeepsHdr
        && !cache.AcceptsInMemory(description.Asset.SizeBytes);

    /// <summary>Makes and publishes it. The caller holds a place in the transform gate.</summary>
    /// <param name="description">Which.</param>
    /// <param name="terms">As for <see cref="VariantStore.PublishAsync"/>.</param>
    /// <param name="use">Told what it took.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>
    /// What became of it and where the time went; <see cref="ErrorCode.UndecodableImage"/> where metadata cannot be told from the picture,
    /// <see cref="ErrorCode.StorageUnavailable"/> where the original is gone or damaged, <see cref="ErrorCode.Overloaded"/> where this machine's disk takes
    /// no copy.
    /// </returns>
    /// <exception cref="ObjectStoreException">The store does not answer.</exception>
    public async Task<Result<(Publication Publication, TransformTimes Times)>> MakeAsync(VariantDescription description, PublicationTerms terms, CpuUse use,
        CancellationToken ct)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{StrippedFile.TemporaryPrefix}{Guid.CreateVersion7():n}");
        try
        {
            var started = Stopwatch.GetTimestamp();
            if (await CopyAsync(description, path, ct) is { } damage)
            {
                var asset = description.Asset;
                await integrity.TellOriginalAsync(description.OrganizationId, asset.AssetId, asset.Version, IntegrityGuard.Original, asset.StorageKey, damage,
                    ct);
                return VariantErrors.OriginalGone;
            }

            var read = Stopwatch.GetElapsedTime(started);
            started = Stopwatch.GetTimestamp();
            if (!(await engine.StripFileAsync(path, description.Space.Policy.KeepCopyright, use, ct)).TryGet(out var stripped, out var error))
                return error;
            using (stripped)
            {
                var made = new MadeVariant
                {
                    Format = description.Canonical.Format,
                    Width = description.Asset.Width,
                    Height = description.Asset.Height,
                    SizeBytes = stripped.Length,
                    ContentHash = await HashAsync(stripped.OpenRead(), ct),
                    CpuTime = use.Spent,
                    OpenRead = stripped.OpenRead,
                };
                var transformed = Stopwatch.GetElapsedTime(started);
                started = Stopwatch.GetTimestamp();
                var publication = await store.PublishAsync(description, made, terms, ct);
                return (publication, new TransformTimes(default, read, transformed, Stopwatch.GetElapsedTime(started)));
            }
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            return VariantErrors.NoDisk;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<string> HashAsync(Stream content, CancellationToken ct)
    {
        await using (content)
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct));
    }

    private async Task<Damage?> CopyAsync(VariantDescription description, string path, CancellationToken ct)
    {
        await using var stored = await store.OpenAsync(description.Asset.Store, description.Asset.StorageKey, ct);
        if (stored is null)
            return Damage.Missing;
        if (stored.Info.SizeBytes != description.Asset.SizeBytes)
            return Damage.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        var buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
        while (await stored.Content.ReadAsync(buffer, ct) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
            await file.WriteAsync(buffer.AsMemory(0, count), ct);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash()) == description.Asset.ContentHash ? null : Damage.Content;
    }
}
