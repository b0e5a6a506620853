using ImageService.Core.Errors;
using ImageService.Core.Policies;
using ImageService.Core.Storage;

using Microsoft.Extensions.Options;

namespace ImageService.Core.Ingestion;

/// <summary>Takes bytes in as they come: one pass that hashes, counts and stores, with a bounded buffer however large the file is.</summary>
public sealed class StagingArea(ObjectStores stores, IOptions<IngestionOptions> options)
{
    /// <summary>How the names of our own temporary files begin.</summary>
    internal const string TemporaryPrefix = "imageservice-staged-";

    /// <summary>The folder of temporary files; made where it is not there.</summary>
    internal string TemporaryFolder => Directory.CreateDirectory(options.Value.TemporaryFolder ?? Path.GetTempPath()).FullName;

    /// <summary>Stores a stream in the organization's staging.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="content">Read once, to its end or one byte past the limit.</param>
    /// <param name="target">Where, and how much.</param>
    /// <param name="ct">Cancels; nothing stays behind.</param>
    /// <returns>The staged file, which the caller disposes; or <see cref="ErrorCode.PayloadTooLarge"/>.</returns>
    public async Task<Result<StagedFile>> StageAsync(Guid organizationId, Stream content, StagingTarget target, CancellationToken ct)
    {
        var store = stores.Of(target.Store).Objects;
        var key = ObjectKey.Staging(organizationId, Guid.CreateVersion7());
        var local = store.LocalPathOf(key);
        var temporary = local is null ? TemporaryPath() : null;
        StagedFile? staged = null;
        try
        {
            await using var copy = temporary is null
                ? null : new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, useAsync: true);
            await using var measured = new MeasuredStream(content, target.Limit, copy);
            await store.PutAsync(key, measured, "application/octet-stream", ct);
            if (copy is not null)
                await copy.FlushAsync(ct);
            var stored = new StagedFile(store, key, local ?? temporary!, temporary, measured.ContentHash, measured.Count);
            if (measured.LimitExceeded)
            {
                await stored.DisposeAsync();
                return IngestionErrors.TooLarge(target.Limit);
            }

            staged = stored;
            return staged;
        }
        finally
        {
            if (staged is null && temporary is not null)
                File.Delete(temporary);
        }
    }

    /// <summary>A path for a file of our own; only this process's user may read the folder's new files.</summary>
    internal string TemporaryPath() => Path.Combine(TemporaryFolder, $"{TemporaryPrefix}{Guid.CreateVersion7():n}");
}

/// <summary>Where bytes are staged, and how many may come.</summary>
/// <param name="Limit">Most bytes accepted.</param>
/// <param name="Store">Name of a store, best the one they will stay in; null for the default.</param>
public readonly record struct StagingTarget(long Limit, string? Store = null)
{
    /// <summary>For an image of a space.</summary>
    public static StagingTarget For(EffectivePolicy policy) => new(policy.MaxUploadBytes, policy.Store);
}
