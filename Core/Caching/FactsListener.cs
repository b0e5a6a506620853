using System.Text.Json;
using System.Text.Json.Serialization;
using ImageService.Core.Registry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Caching;

/// <summary>
/// Hears of changed facts from the database's triggers and makes the cache forget them. After a lost connection everything is
/// forgotten, because notices sent meanwhile are gone.
/// </summary>
public sealed class FactsListener(Notices notices, FactsCache cache, ILogger<FactsListener> logger) : IHostedService
{
    public const string Channel = "facts";

    private IDisposable? _subscription;

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
            case "hosts" when notice.Key is { } hostname:
                yield return FactScope.Hosts;
                yield return FactScope.Host(hostname);
                yield break;
            case "aliases" when notice.Key is { } hostname:
                yield return FactScope.Host(hostname);
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

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = notices.On(Channel, Hear, cache.ForgetAll, cache.Heard);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
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
