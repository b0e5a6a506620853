namespace ImageService.Portal.Client;

/// <summary>What the browser's queue is told.</summary>
/// <param name="Endpoint">tus 1.0.0, as browsers reach it.</param>
/// <param name="Ticket">For its <c>Authorization: Bearer</c>.</param>
/// <param name="ExpiresAt">When another one must be asked for.</param>
/// <param name="MaxUploadBytes">Larger files need not be sent.</param>
internal sealed record UploadAccess(string Endpoint, string Ticket, DateTimeOffset ExpiresAt, long MaxUploadBytes)
{
    /// <summary>Never the ticket.</summary>
    public override string ToString() => nameof(UploadAccess);
}
