using System.Collections.Concurrent;

namespace ImageService.Core.Registry;

/// <summary>
/// Sums per key that wait to be written for their organizations. Exact: a sum is taken once, and what is added while it is taken goes into a new one.
/// </summary>
/// <typeparam name="TKey">What is summed apart.</typeparam>
/// <typeparam name="TSum">What is summed.</typeparam>
/// <param name="organizationOf">Whose row a key is.</param>
/// <param name="merge">The sum of two; in any order.</param>
/// <param name="mostKeys">Keys that may wait; what needs a new one beyond is refused.</param>
internal sealed class PendingSums<TKey, TSum>(Func<TKey, Guid> organizationOf, Func<TSum, TSum, TSum> merge, int mostKeys)
    where TKey : notnull
{
    private const int RowsPerTransaction = 1000;

    private readonly ConcurrentDictionary<TKey, Sum> _sums = new();
    private int _count;

    /// <summary>Keys that wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds; false when that would need a key beyond the limit. Never waits for a write; allocates only for a key that is not waiting yet.</summary>
    public bool TryAdd(in TKey key, in TSum value) => TryAdd(key, value, mostKeys);

    /// <summary>
    /// Takes everything and writes it, in pages of one transaction each. A page that cannot be written waits again; when the registry is away so do all
    /// that are
    /// left, and when it refused one the others are still tried.
    /// </summary>
    /// <param name="registry">Where to.</param>
    /// <param name="write">Writes a page of one organization inside a transaction. Rows that other processes write too go in a fixed order, so that no two
    /// wait for each other in a circle.</param>
    /// <param name="ct">Ends the write; what is not written waits again.</param>
    /// <exception cref="Npgsql.NpgsqlException">The first failure, after everything was tried that could be.</exception>
    public async Task WriteAsync(RegistryFactory registry, Func<RegistryDb, Guid, KeyValuePair<TKey, TSum>[], CancellationToken, Task> write,
        CancellationToken ct)
    {
        if (Count == 0)
            return;
        var pages = new Queue<(Guid OrganizationId, KeyValuePair<TKey, TSum>[] Rows)>(
            Take().GroupBy(row => organizationOf(row.Key)).SelectMany(rows => rows.Chunk(RowsPerTransaction).Select(page => (rows.Key, page))));
        List<KeyValuePair<TKey, TSum>> refused = [];
        Exception? refusal = null;
        try
        {
            while (pages.TryPeek(out var page))
            {
                try
                {
                    await WritePageAsync(registry, page.OrganizationId, page.Rows, write, ct);
                }
                catch (Exception exception) when (RegistryFailure.Is(exception) && !RegistryFailure.IsUnavailable(exception))
                {
                    refusal ??= exception;
                    refused.AddRange(page.Rows);
                }

                pages.Dequeue();
            }
        }
        finally
        {
            foreach (var row in pages.SelectMany(static page => page.Rows).Concat(refused))
                TryAdd(row.Key, row.Value, int.MaxValue);
        }

        if (refusal is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(refusal);
    }

    private static async Task WritePageAsync(
        RegistryFactory registry, Guid organizationId, KeyValuePair<TKey, TSum>[] rows,
        Func<RegistryDb, Guid, KeyValuePair<TKey, TSum>[], CancellationToken, Task> write, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await write(db, organizationId, rows, ct);
        await transaction.CommitAsync(ct);
    }

    private bool TryAdd(in TKey key, in TSum value, int limit)
    {
        while (true)
        {
            if (_sums.TryGetValue(key, out var sum))
            {
                if (sum.TryAdd(value, merge))
                    return true;
                continue; // taken in this moment, and so no longer found
            }

            if (Count >= limit)
                return false;
            if (_sums.TryAdd(key, new Sum(value)))
            {
                Interlocked.Increment(ref _count);
                return true;
            }
        }
    }

    private List<KeyValuePair<TKey, TSum>> Take()
    {
        List<KeyValuePair<TKey, TSum>> taken = [];
        foreach (var (key, _) in _sums)
        {
            if (!_sums.TryRemove(key, out var sum))
                continue;
            Interlocked.Decrement(ref _count);
            taken.Add(new(key, sum.Take()));
        }

        return taken;
    }

    private sealed class Sum(TSum first)
    {
        private readonly Lock _lock = new();
        private TSum _value = first;
        private bool _taken;

        public bool TryAdd(in TSum value, Func<TSum, TSum, TSum> merge)
        {
            lock (_lock)
            {
                if (_taken)
                    return false;
                _value = merge(_value, value);
                return true;
            }
        }

        public TSum Take()
        {
            lock (_lock)
            {
                _taken = true;
                return _value;
            }
        }
    }
}
