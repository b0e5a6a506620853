using ImageService.Portal.Client;

namespace ImageService.Portal;

/// <summary>
/// The audit log as a file: handed through from the Api as it comes, in the name of whoever is signed in, so that its size is nobody's memory.
/// </summary>
internal static class AuditExportEndpoint
{
    public static void MapAuditExport(this IEndpointRouteBuilder routes) => routes.MapGet("/o/{organization}/audit.ndjson", Export).RequireAuthorization();

    private static async Task<IResult> Export(string organization, HttpContext http, PortalSession session, ImageServiceClient client, CancellationToken ct)
    {
        session.Use(http.User);
        var answer = await client.ExportAuditLogsAsync(organization, http.Request.QueryString.Value ?? "", ct);
        http.Response.RegisterForDispose(answer);
        http.Response.Headers.CacheControl = "no-store";
        return answer.IsSuccessStatusCode
            ? Results.Stream(await answer.Content.ReadAsStreamAsync(ct), "application/x-ndjson", $"audit-{organization}.ndjson")
            : Results.StatusCode((int)answer.StatusCode);
    }
}
