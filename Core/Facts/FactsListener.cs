using System.Text.Json;
using System.Text.Json.Serialization;
using ImageService.Core.Registry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Facts;

/// <summary>
/// Hears of changed facts from the database's triggers and makes the cache forget them. After a lost connection everything is
/// forgotten, because notices sent meanwhile are gone.
/// </summary>
public sealed class FactsListener(Notices notices, FactsCache cache, ILogger<FactsListener> logger) : IHostedService
{
    public const string Channel = "facts";

    private IDisposable? _subscription;

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

        foreach (var scope in FactTable.ScopesOf(notice))
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
/// <param name="OrganizationId">Whose row.</param>
/// <param name="Key">What names the fact in that table.</param>
internal sealed record FactNotice(string Table, Guid? OrganizationId, string? Key);

[JsonSerializable(typeof(FactNotice))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class FactNoticeJson : JsonSerializerContext;
