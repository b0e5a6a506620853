using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<IReadOnlyList<TenantResponse>>> ListTenantsAsync(string organization, CancellationToken ct) =>
        GetAllAsync<TenantResponse>($"{new Level(organization).ApiPath}/tenants", null, ct);

    public Task<ApiAnswer<IReadOnlyList<SpaceResponse>>> ListSpacesAsync(string organization, string tenant, CancellationToken ct) =>
        GetAllAsync<SpaceResponse>($"{new Level(organization, tenant).ApiPath}/spaces", null, ct);

    public Task<ApiAnswer<TenantResponse>> CreateTenantAsync(string organization, CreateTenantRequest request, CancellationToken ct) =>
        SendAsync<CreateTenantRequest, TenantResponse>(HttpMethod.Post, $"{new Level(organization).ApiPath}/tenants", request, null, ct);

    public Task<ApiAnswer<SpaceResponse>> CreateSpaceAsync(string organization, string tenant, CreateSpaceRequest request, CancellationToken ct) =>
        SendAsync<CreateSpaceRequest, SpaceResponse>(HttpMethod.Post, $"{new Level(organization, tenant).ApiPath}/spaces", request, null, ct);

    public Task<ApiAnswer<TenantResponse>> RenameTenantAsync(Level tenant, string name, CancellationToken ct) =>
        SendAsync<UpdateNameRequest, TenantResponse>(HttpMethod.Patch, tenant.ApiPath, new UpdateNameRequest(name), null, ct);

    public Task<ApiAnswer<SpaceResponse>> UpdateSpaceAsync(Level space, UpdateSpaceRequest request, CancellationToken ct) =>
        SendAsync<UpdateSpaceRequest, SpaceResponse>(HttpMethod.Patch, space.ApiPath, request, null, ct);

    /// <summary>Deletes a tenant or space.</summary>
    public Task<ApiAnswer<JsonElement>> DeletePlaceAsync(Level level, CancellationToken ct) => DeleteAsync(level.ApiPath, null, ct);
}
