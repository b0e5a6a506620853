using System.Security.Cryptography;
using ImageService.Core.Engine;
using ImageService.Core.Storage;

namespace ImageService.Core.Ingestion;

/// <summary>
/// Puts the objects of one asset version in place before its row is written, so that no row is ever without its object. What a crash in between leaves
/// is named by an intent in staging: <see cref="StagingSweep"/> removes objects whose row never came.
/// </summary>
internal sealed class Promotion(NamedStore place, Guid organizationId, Guid assetId, int version)
{
    private readonly IObjectStore _store = place.Objects;
    private readonly string _intent = ObjectKey.StagingIntent(organizationId, assetId, version);

    /// <summary>Name of the store that everything goes to.</summary>
    public string Store => place.Name;

    public string OriginalKey { get; } = ObjectKey.Original(organizationId, assetId, version);

    /// <summary>Set once there is one.</summary>
    public string? WorkingCopyKey { get; private set; }

    /// <summary>SHA-256 of the working copy, lower-case hex.</summary>
    public string? WorkingCopyHash { get; private set; }

    public async Task PlaceAsync(StagedFile staged, DecodedOriginal decoded, CancellationToken ct)
    {
        await _store.PutAsync(_intent, Stream.Null, "application/octet-stream", ct);
        if (decoded.NormalisedPath is { } normalised)
        {
            WorkingCopyKey = ObjectKey.WorkingCopy(organizationId, assetId, version);
            await using var file = new FileStream(normalised, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, useAsync: true);
            WorkingCopyHash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
            file.Position = 0;
            await _store.PutAsync(WorkingCopyKey, file, Path.GetExtension(normalised) == ".png" ? "image/png" : "image/jpeg", ct);
        }

        await staged.PromoteAsync(_store, OriginalKey, ct);
    }

    /// <summary>The row is committed.</summary>
    public Task ConfirmAsync() => _store.DeleteAsync(_intent, CancellationToken.None);

    /// <summary>The row was definitely refused. Never called when a commit's outcome is unknown: then the sweep decides by the row.</summary>
    public async Task UndoAsync()
    {
        await _store.DeleteAsync(OriginalKey, CancellationToken.None);
        if (WorkingCopyKey is not null)
            await _store.DeleteAsync(WorkingCopyKey, CancellationToken.None);
        await _store.DeleteAsync(_intent, CancellationToken.None);
    }
}
