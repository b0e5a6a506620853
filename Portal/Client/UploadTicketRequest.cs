namespace ImageService.Portal.Client;

internal sealed record UploadTicketRequest(string Tenant, string Space);

internal sealed record UploadTicketResponse(string Ticket, DateTimeOffset ExpiresAt, long MaxUploadBytes)
{
    /// <summary>Never the ticket.</summary>
    public override string ToString() => nameof(UploadTicketResponse);
}
