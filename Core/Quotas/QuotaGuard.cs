using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Quotas;

/// <summary>
/// The door of the room: whether a space may serve, transform or store one more. Every level that sets a quota is held to it: a space's generous quota does
/// not lift
/// its organization's. What is taken before it happens (transforms, storage) is exact over all replicas; what is measured afterwards holds to within
/// seconds of traffic.
/// </summary>
public sealed class QuotaGuard(StorageQuota storage, TransformQuota transforms, MeasuredQuotas measured)
{
    /// <summary>Whether the space may answer one more image request.</summary>
    /// <returns>Null, or <see cref="ErrorCode.PeriodicQuotaExceeded"/>.</returns>
    public ValueTask<Error?> JudgeServingAsync(SpaceScope space, CancellationToken ct) => measured.JudgeServingAsync(space, ct);

    /// <inheritdoc cref="MeasuredQuotas.IsKnownToServe"/>
    public bool IsKnownToServe(SpaceScope space) => measured.IsKnownToServe(space);

    /// <summary>Notes an answered image request.</summary>
    /// <param name="space">Where.</param>
    /// <param name="bytes">Bytes of its body.</param>
    public void NoteServed(SpaceScope space, long bytes) => measured.NoteServed(space, bytes);

    /// <summary>Takes one transform from every level, or from none.</summary>
    /// <returns>The transform, given back where it did not run; or <see cref="ErrorCode.PeriodicQuotaExceeded"/>.</returns>
    public async Task<Result<TransformLease>> TakeTransformAsync(SpaceScope space, CancellationToken ct) =>
        await measured.JudgeTransformAsync(space, ct) is { } usedUp ? usedUp : await transforms.TakeAsync(space, ct);

    /// <summary>Notes CPU time that a transform used, ms, also where it failed.</summary>
    public void NoteCpu(SpaceScope space, long milliseconds) => measured.NoteCpu(space, milliseconds);

    /// <inheritdoc cref="StorageQuota.TakeAsync"/>
    public Task<Error?> TakeStorageAsync(RegistryDb db, QuotaPlace place, long bytes, int assets, CancellationToken ct) =>
        storage.TakeAsync(db, place, bytes, assets, ct);

    /// <inheritdoc cref="StorageQuota.GiveBackAsync"/>
    public static Task GiveBackStorageAsync(RegistryDb db, QuotaPlace place, long bytes, int assets, CancellationToken ct) =>
        StorageQuota.GiveBackAsync(db, place, bytes, assets, ct);

    /// <inheritdoc cref="StorageQuota.HeldByAsync"/>
    public static Task<long> HeldByAsync(RegistryDb db, Guid assetId, CancellationToken ct) => StorageQuota.HeldByAsync(db, assetId, ct);
}
