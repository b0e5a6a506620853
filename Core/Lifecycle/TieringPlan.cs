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
        if (facts.Kind is StoredKind.Intermediate || facts.SizeBytes < options.MinTieringBytes)
            return StorageTier.Hot;

        // An original without its intermediate is needed by the next request.
        if (facts is { Kind: StoredKind.Original, HasIntermediate: false })
            return StorageTier.Hot;
        var idle = now - facts.LastUsedAt;
        return idle >= options.ColdAfter ? StorageTier.Cold
            : idle >= options.WarmAfter ? StorageTier.Warm
            : StorageTier.Hot;
    }

    /// <summary>The moves among these objects; none for an object that is where it belongs.</summary>
    public static IReadOnlyList<TierMove> Moves(IEnumerable<TieringFacts> objects, LifecycleOptions options, DateTimeOffset now) =>
    [
        .. objects
            .Select(facts => new TierMove
            {
                Id = facts.Id,
                StorageKey = facts.StorageKey,
                From = facts.Tier,
                To = TierFor(facts, options, now),
                Store = facts.Store,
            })
            .Where(move => move.From != move.To),
    ];
}

/// <summary>What the plan knows of one object.</summary>
public readonly record struct TieringFacts
{
    /// <summary>Id of its row.</summary>
    public required Guid Id { get; init; }

    /// <summary>Object key.</summary>
    public required string StorageKey { get; init; }

    /// <summary>What it holds.</summary>
    public required StoredKind Kind { get; init; }

    /// <summary>Where it is.</summary>
    public required StorageTier Tier { get; init; }

    /// <summary>Length, bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Last access; its creation where it was never used.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>For an original: whether an intermediate stands in for it.</summary>
    public required bool HasIntermediate { get; init; }

    /// <summary>Name of the store that it lies in; null for the default one.</summary>
    public string? Store { get; init; }
}

/// <summary>One object to move.</summary>
public readonly record struct TierMove
{
    public required Guid Id { get; init; }

    public required string StorageKey { get; init; }

    public required StorageTier From { get; init; }

    public required StorageTier To { get; init; }

    public string? Store { get; init; }
}

/// <summary>What an object holds.</summary>
public enum StoredKind
{
    Original,
    Intermediate,
    Variant,
}
