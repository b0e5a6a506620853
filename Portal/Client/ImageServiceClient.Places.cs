namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<IReadOnlyList<TenantResponse>>> ListTenantsAsync(string organization, CancellationToken ct) =>
        GetAllAsync($"/v1/organizations/{Segment(organization)}/tenants", null, ApiJson.Default.PageTenantResponse, ct);

    public Task<ApiAnswer<IReadOnlyList<SpaceResponse>>> ListSpacesAsync(string organization, string tenant, CancellationToken ct) =>
        GetAllAsync($"/v1/organizations/{Segment(organization)}/tenants/{Segment(tenant)}/spaces", null, ApiJson.Default.PageSpaceResponse, ct);
}
