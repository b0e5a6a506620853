using ImageService.Portal.Client;
using ImageService.Portal.Images;

namespace ImageService.Portal.Uploads;

/// <summary>
/// Lends the browser's upload queue what it needs for one space: where uploads go, and a short-lived ticket in place of the session. The files themselves
/// go straight to the Api.
/// Another site can neither read the answer nor gain by asking, so the sign-in cookie alone is enough.
/// </summary>
internal static class UploadTicketEndpoint
{
    public static void MapUploadTickets(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/o/{organization}/{tenant}/{space}/upload-ticket", Lend).RequireAuthorization().DisableAntiforgery();

    private static async Task<IResult> Lend(
        string organization, string tenant, string space, HttpContext http, PortalSession session, ImageServiceClient client, ImageUrls urls,
        CancellationToken ct)
    {
        session.Use(http.User);
        var answer = await client.IssueUploadTicketAsync(organization, new UploadTicketRequest(tenant, space), ct);
        http.Response.Headers.CacheControl = "no-store";
        return answer.IsSuccess
            ? Results.Json(new UploadAccess($"{urls.Origin}/v1/uploads", answer.Value.Ticket, answer.Value.ExpiresAt, answer.Value.MaxUploadBytes),
                ApiJson.Default.UploadAccess)
            : Results.Problem(
                answer.Problem.Detail, statusCode: answer.Problem.Status ?? StatusCodes.Status502BadGateway, title: answer.Problem.Title,
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = answer.Problem.Code });
    }
}
