using System.Runtime.CompilerServices;
using ImageService.Core.Storage;
using ImageService.Tests.Worker;
using Npgsql;

namespace ImageService.Tests.Scale;

/// <summary>
/// A store that holds what the registry says it holds, and one object in ten thousand beside it that has no row: listed out of the registry asset by asset, so
/// that a test has a store of any size without one.
/// </summary>
internal sealed class RowsAsObjects(NpgsqlDataSource owner) : MemoryStore, IObjectStore
{
    private const int Page = 500;

    /// <summary>Objects listed.</summary>
    public long Count { get; private set; }

    /// <summary>Most managed memory in use while it listed, bytes.</summary>
    public long Peak { get; private set; }

    /// <summary>Objects that were removed.</summary>
    public long Removed { get; private set; }

    /// <summary>How long the rows took to read, of all the time.</summary>
    public TimeSpan Listing { get; private set; }

    async IAsyncEnumerable<ObjectListing> IObjectStore.ListAfterAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken ct)
    {
        var organization = Guid.ParseExact(prefix.TrimEnd('/'), "n");
        var last = after is not null && ObjectKeyReader.TryReadAsset(after, out var asset, out _) ? asset : Guid.Empty;
        while (true)
        {
            var started = TimeProvider.System.GetTimestamp();
            var (keys, next) = await PageAsync(organization, last, ct);
            Listing += TimeProvider.System.GetElapsedTime(started);
            if (keys.Count == 0)
                yield break;
            foreach (var key in keys.Where(key => after is null || string.CompareOrdinal(key, after) > 0))
            {
                if (++Count % 10_000 == 0)
                {
                    Peak = Math.Max(Peak, GC.GetTotalMemory(forceFullCollection: false));
                    yield return new ObjectListing($"{key}.orphan", 0, DateTimeOffset.UnixEpoch);
                }

                yield return new ObjectListing(key, 0, DateTimeOffset.UnixEpoch);
            }

            last = next;
        }
    }

    Task IObjectStore.DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken ct)
    {
        Removed += keys.Count;
        return Task.CompletedTask;
    }

    private async Task<(List<string> Keys, Guid Last)> PageAsync(Guid organization, Guid after, CancellationToken ct)
    {
        await using var command = owner.CreateCommand(
            $"""
            WITH page AS (
                SELECT asset_id, storage_key, intermediate_key FROM asset_versions
                WHERE asset_id > $1 AND organization_id = $2 ORDER BY asset_id LIMIT {Page})
            SELECT asset_id, key FROM (
                SELECT asset_id, storage_key AS key FROM page
                UNION ALL SELECT asset_id, intermediate_key FROM page
                UNION ALL SELECT v.asset_id, v.storage_key FROM page p JOIN variants v ON v.asset_id = p.asset_id) keys
            WHERE key IS NOT NULL ORDER BY key COLLATE "C"
            """);
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(organization);
        await using var reader = await command.ExecuteReaderAsync(ct);
        List<string> keys = [];
        var last = Guid.Empty;
        while (await reader.ReadAsync(ct))
        {
            last = reader.GetGuid(0);
            keys.Add(reader.GetString(1));
        }

        return (keys, last);
    }
}
