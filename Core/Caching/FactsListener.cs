using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ImageService.Core.Caching;

/// <summary>
/// Hears of changed facts from the database's triggers (LISTEN) and makes the cache forget them. After a lost connection everything is
/// forgotten, because messages sent meanwhile are gone.
/// </summary>
public sealed class FactsListener(NpgsqlDataSource source, FactsCache cache, TimeProvider time, ILogger<FactsListener> logger) : BackgroundService
{
    public const string Channel = "facts";

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Which scopes a notice makes unknown.</summary>
    internal static IEnumerable<FactScope> ScopesOf(FactNotice notice)
    {
        var organization = notice.OrganizationId;
        switch (notice.Table)
        {
            case "assets" or "asset_versions" when organization is { } owner && Guid.TryParse(notice.Key, out var asset):
                yield return FactScope.Asset(owner, asset);
                yield break;
            case "api_keys" when notice.Key is { } keyId:
                yield return FactScope.ApiKey(keyId);
                yield break;
            case "user_sessions" or "users":
                yield return FactScope.Sessions;
                yield break;
            case "organizations":
                yield return FactScope.Organizations;
                yield return FactScope.Sessions;
                break;
            case "members":
                yield return FactScope.Sessions;
                break;
        }

        if (organization is { } id)
            yield return FactScope.Of(id);
        yield return FactScope.Everywhere;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() => pause = TimeSpan.FromMilliseconds(100), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or OperationCanceledException or InvalidOperationException)
            {
                Log.ListenerLost(logger, exception);

                // Pooled connections to a server that went away fail one by one otherwise.
                source.Clear();
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task ListenAsync(Action connected, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        connection.Notification += (_, notification) => Hear(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(ct);
        cache.ForgetAll();
        cache.Heard();
        connected();
        Log.Listening(logger);

        // An answer to the beat arrives after every notice sent before it: having it, nothing was missed.
        await using var beat = new NpgsqlCommand("SELECT 1", connection) { CommandTimeout = 2 };
        while (true)
        {
            await connection.WaitAsync(Beat, ct);
            await beat.ExecuteNonQueryAsync(ct);
            cache.Heard();
        }
    }

    private void Hear(string payload)
    {
        if (Read(payload) is not { } notice)
        {
            cache.ForgetAll();
            return;
        }

        foreach (var scope in ScopesOf(notice))
            cache.Forget(scope);
    }

    private FactNotice? Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload, FactNoticeJson.Default.FactNotice);
        }
        catch (JsonException exception)
        {
            // Not from our triggers; whatever it means, believing nothing is safe.
            Log.NoticeUnreadable(logger, exception);
            return null;
        }
    }
}

/// <summary>What the triggers say: <c>{"table": "assets", "organizationId": "…", "key": "…"}</c>.</summary>
/// <param name="Table">The table that changed.</param>
/// <param name="OrganizationId">Whose row; null for people and sessions.</param>
/// <param name="Key">What names the fact in that table.</param>
internal sealed record FactNotice(string Table, Guid? OrganizationId, string? Key);

[JsonSerializable(typeof(FactNotice))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class FactNoticeJson : JsonSerializerContext;
