using System.Collections.Concurrent;
using System.Net;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ImageService.Core.Access;

/// <summary>
/// When and from where keys were last used, and refused uses of right secrets (revoked, expired, wrong address): gathered in memory and
/// written every half minute, so that no request waits for it. What was gathered is written once more at the end.
/// </summary>
public sealed class ApiKeyUses(RegistryFactory registry, AuditLog audit, TimeProvider time, ILogger<ApiKeyUses> logger) : BackgroundService
{
    private const int MostKept = 10_000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private ConcurrentDictionary<Guid, Use> _uses = new();
    private ConcurrentDictionary<(Guid Key, string Reason), Use> _refusals = new();

    /// <summary>Notes a use.</summary>
    internal void Note(ApiKeyFacts key, IPAddress? address, DateTimeOffset at) => Put(_uses, key.Caller.Id, new Use(key, address, at));

    /// <summary>Notes that the right secret was refused.</summary>
    internal void NoteRefusal(ApiKeyFacts key, string reason, IPAddress? address, DateTimeOffset at) => Put(_refusals, (key.Caller.Id, reason), new Use(key, address, at));

    /// <summary>Writes what was gathered.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        var uses = Interlocked.Exchange(ref _uses, new());
        foreach (var organization in uses.Values.GroupBy(use => use.OrganizationId))
        {
            await using var db = registry.ForOrganization(organization.Key);
            foreach (var use in organization)
            {
                await db.ApiKeys.Where(key => key.Id == use.Key.Caller.Id).ExecuteUpdateAsync(
                    set => set.SetProperty(key => key.LastUsedAt, use.At).SetProperty(key => key.LastUsedAddress, use.Address), ct);
            }
        }

        var refusals = Interlocked.Exchange(ref _refusals, new());
        foreach (var organization in refusals.GroupBy(refusal => refusal.Value.OrganizationId))
        {
            await using var db = registry.ForOrganization(organization.Key);
            foreach (var ((_, reason), use) in organization)
                audit.Add(db, organization.Key, "api_key.refused", "api_key", use.Key.KeyId, after: new { reason, at = use.At, address = use.Address?.ToString() });
            await db.SaveChangesAsync(ct);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryFlushAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            using var last = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
            await TryFlushAsync(last.Token);
        }
    }

    private async Task TryFlushAsync(CancellationToken ct)
    {
        try
        {
            await FlushAsync(ct);
        }
        catch (Exception exception) when (exception is NpgsqlException or DbUpdateException or InvalidOperationException or TimeoutException)
        {
            Log.UsesNotWritten(logger, exception);
        }
    }

    private static void Put<TKey>(ConcurrentDictionary<TKey, Use> uses, TKey key, Use use)
        where TKey : notnull
    {
        if (uses.Count < MostKept || uses.ContainsKey(key))
            uses[key] = use;
    }

    private sealed record Use(ApiKeyFacts Key, IPAddress? Address, DateTimeOffset At)
    {
        public Guid OrganizationId => Key.Caller.OrganizationId!.Value;
    }
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The last uses of API keys could not be written; they are lost.")]
    public static partial void UsesNotWritten(ILogger logger, Exception exception);
}
