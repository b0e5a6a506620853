using System.Net;
using System.Net.Http.Headers;

using ImageService.Core.Errors;

using ImageService.Core.Outbound;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Ingestion;

/// <summary>Opens an image by URL through <see cref="GuardedHttpClient"/>, following at most <see cref="MaxRedirects"/> redirects, each judged anew.</summary>
public sealed class RemoteImageFetcher(GuardedHttpClient client, IOptions<IngestionOptions> options)
{
    public const int MaxRedirects = 3;

    /// <summary>Opens the URL's body; at most <paramref name="maxBytes"/> are promised by its header, and the reader still has to count.</summary>
    /// <returns>The opened image, which the caller disposes; or <see cref="ErrorCode.FetchRefused"/>, <see cref="ErrorCode.FetchFailed"/>,
    /// <see cref="ErrorCode.PayloadTooLarge"/>, <see cref="ErrorCode.UnsupportedImageType"/>.</returns>
    public async Task<Result<RemoteImage>> OpenAsync(Uri url, long maxBytes, CancellationToken ct)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(options.Value.FetchTimeout);
        var handedOver = false;
        try
        {
            var opened = await FollowAsync(url, maxBytes, deadline, ct);
            handedOver = opened.IsSuccess;
            return opened;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return IngestionErrors.FetchTimedOut(options.Value.FetchTimeout);
        }
        finally
        {
            if (!handedOver)
                deadline.Dispose();
        }
    }

    private async Task<Result<RemoteImage>> FollowAsync(Uri url, long maxBytes, CancellationTokenSource deadline, CancellationToken ct)
    {
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            request.Headers.Accept.ParseAdd("image/*");
            request.Headers.UserAgent.ParseAdd("ImageService");
            if (!(await client.SendAsync(request, deadline.Token)).TryGet(out var response, out var failure))
                return failure;
            if (RedirectOf(response, url) is { } next)
            {
                response.Dispose();
                url = next;
                continue;
            }

            if (Judge(response, maxBytes) is { } refusal)
            {
                response.Dispose();
                return refusal;
            }

            return new RemoteImage(response, await response.Content.ReadAsStreamAsync(deadline.Token), NameOf(url), deadline, ct);
        }

        return OutboundErrors.FetchRefused($"The URL redirects more than {MaxRedirects} times.");
    }

    private static Uri? RedirectOf(HttpResponseMessage response, Uri from) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect && response.Headers.Location is { } location
            ? new Uri(from, location)
            : null;

    private static Error? Judge(HttpResponseMessage response, long maxBytes)
    {
        if (response.StatusCode is not HttpStatusCode.OK)
            return OutboundErrors.FetchFailed($"Its server answered {(int)response.StatusCode}.");
        if (response.Content.Headers.ContentEncoding.Count > 0)
            return OutboundErrors.FetchFailed("Its server sent a compressed body though none was asked for.");
        if (response.Content.Headers.ContentLength > maxBytes)
            return IngestionErrors.TooLarge(maxBytes);
        var type = response.Content.Headers.ContentType?.MediaType;
        return type is null || type.StartsWith("image/", StringComparison.OrdinalIgnoreCase)
            || string.Equals(type, "application/octet-stream", StringComparison.OrdinalIgnoreCase)
            || string.Equals(type, "binary/octet-stream", StringComparison.OrdinalIgnoreCase)
            ? null
            : IngestionErrors.NoImageThere();
    }

    /// <summary>The last segment of the path, decoded; <c>image</c> where there is none.</summary>
    private static string NameOf(Uri url)
    {
        var name = Uri.UnescapeDataString(url.Segments[^1].Trim('/'));
        return name.Length == 0 ? "image" : name;
    }
}

/// <summary>An image being fetched: its body and what it is called. Reading past the deadline or from a broken peer throws <see cref="IOException"/>.</summary>
public sealed class RemoteImage : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly CancellationTokenSource _deadline;

    internal RemoteImage(HttpResponseMessage response, Stream body, string filename, CancellationTokenSource deadline, CancellationToken ct)
    {
        (_response, _deadline) = (response, deadline);
        Filename = filename;
        Content = new DeadlineStream(body, deadline.Token, ct);
    }

    /// <summary>The body, not seekable, read once.</summary>
    public Stream Content { get; }

    /// <summary>From the URL's path.</summary>
    public string Filename { get; }

    public ValueTask DisposeAsync()
    {
        _response.Dispose();
        _deadline.Dispose();
        return ValueTask.CompletedTask;
    }
}
