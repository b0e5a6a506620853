using System.Net;
using System.Text.Json;
using ImageService.Core.Outbound;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace ImageService.Core.Invalidation.Cdn;

/// <summary>
/// Sends purge calls: retried with growing, jittered pauses when the other side is busy or away, refused at once when it says the call is wrong.
/// </summary>
public sealed class PurgeClient : IDisposable
{
    /// <summary>The longest answer that is read, bytes: results of a purge are a few lines.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public PurgeClient(HttpMessageHandler handler, InvalidationOptions options, TimeProvider time, ILogger logger)
    {
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        if (options.PurgeRetries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.PurgeRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = LongestPause,
                ShouldHandle = static attempt => ValueTask.FromResult(IsTransient(attempt.Outcome)),
                DelayGenerator = static attempt => ValueTask.FromResult(Asked(attempt.Outcome.Result)),
                OnRetry = attempt =>
                {
                    Log.PurgeRetried(logger, attempt.AttemptNumber + 1, (int?)attempt.Outcome.Result?.StatusCode ?? 0);
                    attempt.Outcome.Result?.Dispose();
                    return default;
                },
            });
        }

        _pipeline = builder.AddTimeout(options.PurgeTimeout).Build();
    }

    /// <summary>Sends one call.</summary>
    /// <param name="provider">For the exception's text.</param>
    /// <param name="makeRequest">Called once per attempt: a request can be sent only once.</param>
    /// <param name="isNothingToDo">Statuses that mean "not cached here"; null: none.</param>
    /// <param name="ct">Ends the retries.</param>
    /// <returns>The body of a successful answer; null for a status that <paramref name="isNothingToDo"/> names.</returns>
    public async Task<string?> SendAsync(string provider, Func<HttpRequestMessage> makeRequest, Func<HttpStatusCode, bool>? isNothingToDo, CancellationToken ct)
    {
        try
        {
            using var response = await _pipeline.ExecuteAsync(
                async token =>
                {
                    using var request = makeRequest();
                    return await _http.SendAsync(request, token);
                },
                ct);
            var body = await BoundedBody.ReadTextAsync(response.Content, MaxAnswerBytes, ct);
            if (response.IsSuccessStatusCode)
                return body;
            return isNothingToDo?.Invoke(response.StatusCode) == true
                ? null
                : throw new CdnPurgeException($"{provider} answered {(int)response.StatusCode} to a purge.");
        }
        catch (Exception exception) when (exception is HttpRequestException or Polly.Timeout.TimeoutRejectedException)
        {
            throw new CdnPurgeException($"{provider} could not be reached for a purge.", exception);
        }
    }

    /// <summary>A body <c>{"tags": […]}</c> of known length: not everything in front of such an API takes a chunked one.</summary>
    internal static ByteArrayContent Json(string name, string[] values) =>
        new(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string[]>(StringComparer.Ordinal) { [name] = values }))
        {
            Headers =
            { ContentType = new("application/json") }
        };

    public void Dispose() => _http.Dispose();

    /// <summary>How long the other side asks to wait, as far as that is reasonable: the queue brings back what was given up.</summary>
    private static TimeSpan? Asked(HttpResponseMessage? answer) =>
        answer?.Headers.RetryAfter?.Delta is { } asked ? (asked < LongestPause ? asked : LongestPause) : null;

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or Polly.Timeout.TimeoutRejectedException
        || outcome.Result?.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;
}
