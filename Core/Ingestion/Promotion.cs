using ImageService.Core.Engine;
using ImageService.Core.Storage;

namespace ImageService.Core.Ingestion;

/// <summary>
/// Puts the objects of one asset version in place before its row is written, so that no row is ever without its object. What a crash in between leaves
/// is named by an intent in staging: <see cref="StagingSweep"/> removes objects whose row never came.
/// </summary>
internal sealed class Promotion(IObjectStore store, Guid organizationId, Guid assetId, int version)
{
    private readonly string _intent = ObjectKey.StagingIntent(organizationId, assetId, version);

    public string OriginalKey { get; } = ObjectKey.Original(organizationId, assetId, version);

    /// <summary>Set once there is one.</summary>
    public string? WorkingCopyKey { get; private set; }

    public async Task PlaceAsync(StagedFile staged, DecodedOriginal decoded, CancellationToken ct)
    {
        await store.PutAsync(_intent, Stream.Null, "application/octet-stream", ct);
        if (decoded.NormalisedPath is { } normalised)
        {
            WorkingCopyKey = ObjectKey.WorkingCopy(organizationId, assetId, version);
            await using var file = new FileStream(normalised, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, useAsync: true);
            await store.PutAsync(WorkingCopyKey, file, Path.GetExtension(normalised) == ".png" ? "image/png" : "image/jpeg", ct);
        }

        await staged.PromoteAsync(OriginalKey, ct);
    }

    /// <summary>The row is committed.</summary>
    public Task ConfirmAsync() => store.DeleteAsync(_intent, CancellationToken.None);

    /// <summary>The row was definitely refused. Never called when a commit's outcome is unknown: then the sweep decides by the row.</summary>
    public async Task UndoAsync()
    {
        await store.DeleteAsync(OriginalKey, CancellationToken.None);
        if (WorkingCopyKey is not null)
            await store.DeleteAsync(WorkingCopyKey, CancellationToken.None);
        await store.DeleteAsync(_intent, CancellationToken.None);
    }
}
