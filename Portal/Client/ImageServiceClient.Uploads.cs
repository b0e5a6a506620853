namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<UploadTicketResponse>> IssueUploadTicketAsync(string organization, UploadTicketRequest request, CancellationToken ct) =>
        SendAsync<UploadTicketRequest, UploadTicketResponse>(HttpMethod.Post, "/v1/uploads/tickets", request, organization, ct);

    /// <summary>Addresses by which the person looks at private images, at most 200 at a time, in the order asked.</summary>
    public Task<ApiAnswer<ViewResponse>> ViewAsync(string organization, IReadOnlyList<string> urls, CancellationToken ct) =>
        SendAsync<ViewRequest, ViewResponse>(HttpMethod.Post, "/v1/views", new ViewRequest(urls), organization, ct);

    /// <summary>The newest imports the person may see.</summary>
    public Task<ApiAnswer<Page<ImportResponse>>> ListImportsAsync(string organization, CancellationToken ct) =>
        GetAsync<Page<ImportResponse>>("/v1/imports?limit=100", organization, ct);

    /// <summary>Forgets stored variants everywhere, CDNs included.</summary>
    public Task<ApiAnswer<InvalidateResponse>> InvalidateAsync(string organization, InvalidateRequest request, CancellationToken ct) =>
        SendAsync<InvalidateRequest, InvalidateResponse>(HttpMethod.Post, "/v1/invalidations", request, organization, ct);
}
