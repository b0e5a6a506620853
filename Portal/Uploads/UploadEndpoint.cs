using System.Net.Http.Headers;
using ImageService.Portal.Authentication;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Metadata;

namespace ImageService.Portal.Uploads;

/// <summary>
/// Passes an upload from the browser on to the Api as it comes, byte for byte: nothing is kept here, and the page's connection carries none of it. The Api judges
/// size, type and permission; its answer goes back as it is.
/// </summary>
internal static class UploadEndpoint
{
    /// <summary>Name of the client that waits as long as an upload takes.</summary>
    public const string Client = "uploads";

    public static void MapUploads(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/o/{organization}/uploads", Upload).RequireAuthorization().WithMetadata(new DisableRequestSize()).DisableAntiforgery();

    private static async Task Upload(string organization, HttpContext http, IAntiforgery antiforgery, IHttpClientFactory clients, CancellationToken ct)
    {
        // The token comes in a header, so that checking it does not read the body.
        if (http.Request.Headers["RequestVerificationToken"].Count == 0 || !await antiforgery.IsRequestValidAsync(http))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/assets") { Content = new StreamContent(http.Request.Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", http.Request.ContentType);
        request.Content.Headers.ContentLength = http.Request.ContentLength;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", http.User.FindFirst(PortalSession.TokenClaim)?.Value);
        request.Headers.Add("X-Organization", organization);
        try
        {
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            http.Response.StatusCode = (int)response.StatusCode;
            http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await response.Content.CopyToAsync(http.Response.Body, ct);
        }
        catch (HttpRequestException) when (!http.Response.HasStarted)
        {
            await Results.Problem("The Api does not answer right now. Try again in a moment.", statusCode: StatusCodes.Status502BadGateway).ExecuteAsync(http);
        }
    }

    /// <summary>The Api holds the limit, by policy.</summary>
    private sealed class DisableRequestSize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
