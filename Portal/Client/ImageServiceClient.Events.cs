using System.Net.ServerSentEvents;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    /// <summary>Reads what changes in an organization until the stream ends or the reader has enough.</summary>
    /// <param name="organization">Slug.</param>
    /// <param name="take">Is given each event; false ends the reading.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>Null, or why there is no stream.</returns>
    public async Task<ApiProblem?> WatchAsync(string organization, Func<SseItem<ChangeEvent>, bool> take, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{new Level(organization).ApiPath}/events");
        await AuthorizeAsync(request, null);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (!response.IsSuccessStatusCode)
                return await ReadProblemAsync(response, ct);
            await using var content = await response.Content.ReadAsStreamAsync(ct);
            await foreach (var item in SseParser.Create(content,
                static (_, data) => JsonSerializer.Deserialize(data, ApiJson.Default.ChangeEvent) ?? new ChangeEvent(null, null)).EnumerateAsync(ct))
            {
                if (!take(item))
                    break;
            }

            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or JsonException or TimeoutRejectedException
            or BrokenCircuitException)
        {
            return ApiProblem.Unreachable;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}

internal sealed record ChangeEvent(string? Tenant, string? Space);
