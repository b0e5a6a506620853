using System.Net;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Access;

/// <summary>When and from where keys were last used, and refused uses of right secrets (revoked, expired, wrong address).</summary>
public sealed class ApiKeyUses(RegistryFactory registry, AuditLog audit, TimeProvider time, ILogger<ApiKeyUses> logger) : WriteBehind(Interval, time, logger)
{
    private const int MostKept = 10_000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly PendingSums<Use, Last> _uses = new(static use => use.OrganizationId, static (one, other) => one.At > other.At ? one : other, MostKept);
    private readonly PendingSums<Refusal, Last> _refusals = new(static refusal => refusal.OrganizationId,
        static (one, other) => one.At > other.At ? one : other, MostKept);

    protected override long Waiting => _uses.Count + _refusals.Count;

    /// <summary>Notes a use.</summary>
    internal void Note(ApiKeyFacts key, IPAddress? address, DateTimeOffset at)
    {
        if (_uses.TryAdd(new Use(key.Caller.OrganizationId!.Value, key.Caller.Id), new Last(at, address)))
            Counted();
    }

    /// <summary>Notes that the right secret was refused.</summary>
    internal void NoteRefusal(ApiKeyFacts key, string reason, IPAddress? address, DateTimeOffset at)
    {
        if (_refusals.TryAdd(new Refusal(key.Caller.OrganizationId!.Value, key.KeyId, reason), new Last(at, address)))
            Counted();
    }

    protected override async Task WriteAsync(CancellationToken ct)
    {
        await _uses.WriteAsync(registry, WriteUsesAsync, ct);
        await _refusals.WriteAsync(registry, WriteRefusalsAsync, ct);
    }

    private static Task WriteUsesAsync(RegistryDb db, Guid organizationId, KeyValuePair<Use, Last>[] uses, CancellationToken ct)
    {
        var inOrder = uses.OrderBy(static use => use.Key.Id).ToArray();
        var ids = Array.ConvertAll(inOrder, static use => use.Key.Id);
        var times = Array.ConvertAll(inOrder, static use => use.Value.At);
        var addresses = Array.ConvertAll(inOrder, static use => use.Value.Address?.ToString());
        return db.Database.ExecuteSqlAsync(
            $"""
            UPDATE api_keys AS k SET last_used_at = x.at, last_used_address = x.address::inet
            FROM unnest({ids}, {times}, {addresses}) AS x(id, at, address)
            WHERE k.id = x.id AND (k.last_used_at IS NULL OR k.last_used_at <= x.at)
            """,
            ct);
    }

    private Task WriteRefusalsAsync(RegistryDb db, Guid organizationId, KeyValuePair<Refusal, Last>[] refusals, CancellationToken ct)
    {
        foreach (var (refusal, last) in refusals)
            audit.Add(db, organizationId, "api_key.refused", "api_key", refusal.KeyId,
                after: new { reason = refusal.Reason, at = last.At, address = last.Address?.ToString() });
        return db.SaveChangesAsync(ct);
    }

    private readonly record struct Use(Guid OrganizationId, Guid Id);

    private readonly record struct Refusal(Guid OrganizationId, string KeyId, string Reason);

    private readonly record struct Last(DateTimeOffset At, IPAddress? Address);
}
