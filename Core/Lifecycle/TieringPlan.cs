using ImageService.Core.Storage;

namespace ImageService.Core.Lifecycle;

/// <summary>
/// Decides which objects move to another storage class. Pure. Intermediates never move, so an image of a cold original still answers at once;
/// an object that is used again comes back to hot.
/// </summary>
public static class TieringPlan
{
    /// <summary>The tier an object should be in.</summary>
    public static StorageTier TierFor(in TieringFacts facts, LifecycleOptions options, DateTimeOffset now)
    {
        if (facts.Kind is StoredKind.Intermediate || facts.SizeBytes < options.MinTieringBytes) return StorageTier.Hot;

        // An original without its intermediate is needed by the next request.
        if (facts is { Kind: StoredKind.Original, HasIntermediate: false }) return StorageTier.Hot;
        var idle = now - facts.LastUsedAt;
        return idle >= options.ColdAfter ? StorageTier.Cold
            : idle >= options.WarmAfter ? StorageTier.Warm
            : StorageTier.Hot;
    }

    /// <summary>The moves among these objects; none for an object that is where it belongs.</summary>
    public static IReadOnlyList<TierMove> Moves(IEnumerable<TieringFacts> objects, LifecycleOptions options, DateTimeOffset now) =>
    [
        .. objects
            .Select(facts => new TierMove(facts.Id, facts.StorageKey, facts.Tier, TierFor(facts, options, now), facts.Store))
            .Where(move => move.From != move.To),
    ];
}

/// <summary>What the plan knows of one object.</summary>
/// <param name="Id">Id of its row.</param>
/// <param name="StorageKey">Object key.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Tier">Where it is.</param>
/// <param name="SizeBytes">Length, bytes.</param>
/// <param name="LastUsedAt">Last access; its creation where it was never used.</param>
/// <param name="HasIntermediate">For an original: whether an intermediate stands in for it.</param>
/// <param name="Store">Name of the store that it lies in; null for the default one.</param>
public readonly record struct TieringFacts(Guid Id, string StorageKey, StoredKind Kind, StorageTier Tier, long SizeBytes, DateTimeOffset LastUsedAt,
    bool HasIntermediate, string? Store = null);

/// <summary>One object to move.</summary>
public readonly record struct TierMove(Guid Id, string StorageKey, StorageTier From, StorageTier To, string? Store = null);

/// <summary>What an object holds.</summary>
public enum StoredKind
{
    Original,
    Intermediate,
    Variant,
}
