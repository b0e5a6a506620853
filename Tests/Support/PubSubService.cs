using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using System.Text.Json;

namespace ImageService.Tests.Support;

/// <summary>
/// What Google Cloud Pub/Sub's REST interface does, as far as a queue needs it: topics, pull subscriptions, acknowledgement deadlines, back-off, delivery
/// attempts, the dead-letter
/// policy, and the two depths in Cloud Monitoring. Written from the public API reference: a stand-in, not Pub/Sub.
/// </summary>
internal sealed class PubSubService : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PubSubSubscription> _subscriptions = new(StringComparer.Ordinal);
    private WebApplication? _app;
    private string? _address;

    public Uri Uri => new(_address ?? throw new InvalidOperationException("Not started."));

    public async Task StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(_address ?? "http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPut("/v1/projects/{project}/topics/{name}", (string project, string name) => CreateTopic($"projects/{project}/topics/{name}"));
        _app.MapPut("/v1/projects/{project}/subscriptions/{name}",
            (string project, string name, JsonElement body) => CreateSubscription($"projects/{project}/subscriptions/{name}", body));
        _app.MapPost("/v1/projects/{project}/{kind}/{call}", CallAsync);
        _app.MapGet("/v3/projects/{project}/timeSeries", (string project, string filter) => Measure(project, filter));
        await _app.StartAsync(ct);
        _address = _app.Urls.Single();
    }

    /// <summary>Cuts everybody off and listens again; messages stay.</summary>
    public async Task RestartAsync(CancellationToken ct)
    {
        await DisposeAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(500), ct);
        await StartAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is null) return;
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static IResult Problem(int status, string code, string message) =>
        Results.Json(new { error = new { code = status, message, status = code } }, statusCode: status);

    private IResult CreateTopic(string topic)
    {
        lock (_lock) return _topics.Add(topic) ? Results.Json(new { name = topic }) : Problem(409, "ALREADY_EXISTS", "Resource already exists in the project.");
    }

    private IResult CreateSubscription(string name, JsonElement body)
    {
        var topic = body.GetProperty("topic").GetString()!;
        lock (_lock)
        {
            if (!_topics.Contains(topic)) return Problem(404, "NOT_FOUND", $"Resource not found (resource={topic}).");
            if (_subscriptions.ContainsKey(name)) return Problem(409, "ALREADY_EXISTS", "Resource already exists in the project.");
            var deadline = body.GetProperty("ackDeadlineSeconds").GetInt32();
            if (deadline is < 10 or > 600) return Problem(400, "INVALID_ARGUMENT", "ackDeadlineSeconds must be from 10 to 600.");
            var retry = body.TryGetProperty("retryPolicy", out var policy)
                ? (Backoff(policy, "minimumBackoff"), Backoff(policy, "maximumBackoff")) : (TimeSpan.Zero, TimeSpan.Zero);
            var counts = body.TryGetProperty("deadLetterPolicy", out var dead) && dead.GetProperty("maxDeliveryAttempts").GetInt32() is >= 5 and <= 100;
            _subscriptions[name] = new PubSubSubscription(topic, TimeSpan.FromSeconds(deadline), retry.Item1, retry.Item2, counts);
            return Results.Json(new { name });
        }
    }

    private async Task<IResult> CallAsync(string project, string kind, string call, JsonElement body, CancellationToken ct)
    {
        var (name, verb) = (call.Split(':')[0], call.Split(':')[^1]);
        var path = $"projects/{project}/{kind}/{name}";
        if (kind == "topics") return Publish(path, body.GetProperty("messages"));
        PubSubSubscription? subscription;
        lock (_lock) _subscriptions.TryGetValue(path, out subscription);
        if (subscription is null) return Problem(404, "NOT_FOUND", $"Resource not found (resource={name}).");
        switch (verb)
        {
            case "pull":
                return Results.Json(new { receivedMessages = await subscription.PullAsync(body.GetProperty("maxMessages").GetInt32(), ct) });
            case "acknowledge":
                foreach (var id in AckIds(body)) subscription.Acknowledge(id);
                return Results.Json(new { });
            case "modifyAckDeadline":
                foreach (var id in AckIds(body)) subscription.Modify(id, TimeSpan.FromSeconds(body.GetProperty("ackDeadlineSeconds").GetInt32()));
                return Results.Json(new { });
            default:
                return Problem(501, "UNIMPLEMENTED", verb);
        }
    }

    private IResult Publish(string topic, JsonElement messages)
    {
        lock (_lock)
        {
            if (!_topics.Contains(topic)) return Problem(404, "NOT_FOUND", $"Resource not found (resource={topic}).");
            if (messages.GetArrayLength() > 1000) return Problem(400, "INVALID_ARGUMENT", "Too many messages.");
            List<string> ids = [];
            foreach (var message in messages.EnumerateArray())
            {
                foreach (var subscription in _subscriptions.Values.Where(subscription => subscription.Topic == topic)) subscription.Add(message.Clone());
                ids.Add(Guid.NewGuid().ToString("N"));
            }

            return Results.Json(new { messageIds = ids });
        }
    }

    private IResult Measure(string project, string filter)
    {
        var name = filter.Split("subscription_id=\"")[^1].TrimEnd('"');
        lock (_lock)
        {
            return _subscriptions.TryGetValue($"projects/{project}/subscriptions/{name}", out var subscription)
                ? Results.Json(new
                {
                    timeSeries = new[] { new { points = new[] { new { value = new { int64Value = subscription.Count.ToString(
                    CultureInfo.InvariantCulture) } } } } }
                })
                : Results.Json(new { });
        }
    }

    private static TimeSpan Backoff(JsonElement policy, string name) =>
        TimeSpan.FromSeconds(double.Parse(policy.GetProperty(name).GetString()!.TrimEnd('s'), CultureInfo.InvariantCulture));

    private static IEnumerable<string> AckIds(JsonElement body) => body.GetProperty("ackIds").EnumerateArray().Select(id => id.GetString()!);
}
