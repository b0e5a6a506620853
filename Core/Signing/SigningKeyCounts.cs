using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Signing;

/// <summary>Counts verified requests per signing key, so that an owner sees when an old key can go.</summary>
public sealed class SigningKeyCounts(RegistryFactory registry, IOptions<SigningOptions> options, TimeProvider time, ILogger<SigningKeyCounts> log)
    : WriteBehind(options.Value.CountFlushInterval, time, log)
{
    private const int MaxKeys = 100_000;

    private readonly PendingSums<(Guid OrganizationId, Guid KeyId), long> _counts = new(static key => key.OrganizationId, static (one, other) => one + other,
        MaxKeys);

    protected override long Waiting => _counts.Count;

    /// <summary>Counts one verified request. Thread-safe; allocates only for a key not seen since the last write.</summary>
    public void Note(Guid organizationId, Guid keyId)
    {
        if (_counts.TryAdd((organizationId, keyId), 1))
            Counted();
    }

    protected override Task WriteAsync(CancellationToken ct) => _counts.WriteAsync(registry, WriteAsync, ct);

    private Task WriteAsync(RegistryDb db, Guid organizationId, KeyValuePair<(Guid OrganizationId, Guid KeyId), long>[] rows, CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        Guid[] keys = [.. rows.Select(static row => row.Key.KeyId)];
        long[] requests = [.. rows.Select(static row => row.Value)];
        return db.Database.ExecuteSqlAsync(
            $"""
            UPDATE signing_keys AS k SET verified_requests = k.verified_requests + x.requests, last_verified_at = {now}
            FROM unnest({keys}, {requests}) AS x(id, requests) WHERE k.id = x.id
            """,
            ct);
    }
}
