namespace ImageService.Core.Lifecycle;

/// <summary>Decides what may be removed. Pure.</summary>
public static class RetentionPlan
{
    /// <summary>Whether a variant is removed: it is made again by the next request for it.</summary>
    /// <param name="createdAt">When it was made.</param>
    /// <param name="lastAccessedAt">Last fetch; null where there was none.</param>
    /// <param name="accessCount">Fetches so far.</param>
    /// <param name="options">Ages.</param>
    /// <param name="now">The time.</param>
    public static bool PrunesVariant(DateTimeOffset createdAt, DateTimeOffset? lastAccessedAt, long accessCount, LifecycleOptions options,
        DateTimeOffset now) =>
        accessCount == 0 && lastAccessedAt is null
            ? now - createdAt > options.PruneUnusedAfter
            : options.PruneIdleAfter is { } idle && now - (lastAccessedAt ?? createdAt) > idle;

    /// <summary>Whether a deleted asset's bytes and rows go: its time to be restored is over and no retention lock holds it.</summary>
    public static bool PurgesAsset(DateTimeOffset? deletedAt, DateTimeOffset? retainUntil, LifecycleOptions options, DateTimeOffset now) =>
        deletedAt is { } deleted && now - deleted > options.DeletedRetention && !(retainUntil > now);
}
