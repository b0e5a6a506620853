using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;

namespace ImageService.Api.Uploads;

/// <summary>Lends a browser's script what it needs to upload, without showing it the session.</summary>
internal static class UploadTicketEndpoint
{
    public static void MapUploadTickets(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/uploads/tickets", Issue).RequireScopeSomewhere(Scopes.ImageWrite).WithTags("Resumable uploads")
            .Describe("issueUploadTicket", "Get a ticket for resumable uploads", "For people, not keys. Send it as Authorization: Bearer to /v1/uploads, "
                + "/v1/imports, /v1/assets/fetch or /v1/assets/{id}/content; it reaches the one space and nothing else, and ends with the session.")
            .Answers<UploadTicketResponse>(201).Fails(400, 403, 404);

    private static async Task<IResult> Issue(UploadTicketRequest request, Visit visit, HttpContext http, CallerPlaces places, UploadTickets tickets,
        CancellationToken ct)
    {
        if (visit.Person is not { } person)
            return new Error(ErrorCode.Forbidden,
                "Tickets are for people's browsers: sign in and send the session token. A key uploads by itself.").ToProblem();
        if (!(await places.FindSpaceAsync(visit.Caller, request.Tenant, request.Space, Scopes.ImageWrite, ct)).TryGet(out var space, out var error))
            return error.ToProblem();
        var (ticket, expiresAt) = tickets.Issue(person, space);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Created((string?)null, new UploadTicketResponse(ticket, expiresAt, space.Policy.MaxUploadBytes));
    }
}

/// <summary>Where the uploads will go.</summary>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
internal sealed record UploadTicketRequest(string? Tenant, string? Space);

/// <summary>A ticket.</summary>
/// <param name="Ticket">Sent as <c>Authorization: Bearer</c>.</param>
/// <param name="ExpiresAt">When a new one must be asked for.</param>
/// <param name="MaxUploadBytes">Largest original the space takes, bytes.</param>
internal sealed record UploadTicketResponse(string Ticket, DateTimeOffset ExpiresAt, long MaxUploadBytes)
{
    /// <summary>Never the ticket.</summary>
    public override string ToString() => nameof(UploadTicketResponse);
}
