using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<IReadOnlyList<ApiKeyResponse>>> ListApiKeysAsync(string organization, CancellationToken ct) =>
        GetAllAsync<ApiKeyResponse>(ApiKeys(organization), null, ct);

    public Task<ApiAnswer<ApiKeySecretResponse>> CreateApiKeyAsync(string organization, CreateApiKeyRequest request, CancellationToken ct) =>
        SendAsync<CreateApiKeyRequest, ApiKeySecretResponse>(HttpMethod.Post, ApiKeys(organization), request, null, ct);

    public Task<ApiAnswer<ApiKeySecretResponse>> RotateApiKeyAsync(string organization, Guid id, int graceSeconds, CancellationToken ct) =>
        SendAsync<RotateRequest, ApiKeySecretResponse>(HttpMethod.Post, $"{ApiKeys(organization)}/{id}/rotate", new RotateRequest(graceSeconds), null, ct);

    public Task<ApiAnswer<JsonElement>> RevokeApiKeyAsync(string organization, Guid id, CancellationToken ct) =>
        DeleteAsync($"{ApiKeys(organization)}/{id}", null, ct);

    public Task<ApiAnswer<ItemsResponse<SigningKeyResponse>>> ListSigningKeysAsync(Level tenant, CancellationToken ct) =>
        GetAsync<ItemsResponse<SigningKeyResponse>>($"{tenant.ApiPath}/signing-keys", null, ct);

    public Task<ApiAnswer<SigningKeySecretResponse>> RotateSigningKeyAsync(Level tenant, int graceSeconds, CancellationToken ct) =>
        SendAsync<RotateRequest, SigningKeySecretResponse>(HttpMethod.Post, $"{tenant.ApiPath}/signing-keys/rotate", new RotateRequest(graceSeconds), null, ct);

    public Task<ApiAnswer<SigningKeyResponse>> RevokeSigningKeyAsync(Level tenant, string kid, CancellationToken ct) =>
        PostAsync<SigningKeyResponse>($"{tenant.ApiPath}/signing-keys/{Segment(kid)}/revoke", null, ct);

    /// <summary>Spaces with requests of the last week whose signature did not hold.</summary>
    public Task<ApiAnswer<ItemsResponse<SignatureSum>>> SumSignatureReportsAsync(string organization, CancellationToken ct) =>
        GetAsync<ItemsResponse<SignatureSum>>($"{new Level(organization).ApiPath}/signature-report", null, ct);

    /// <summary>The last of a space's requests whose signature did not hold.</summary>
    public Task<ApiAnswer<SignatureReportResponse>> GetSignatureReportAsync(Level space, CancellationToken ct) =>
        GetAsync<SignatureReportResponse>($"{space.ApiPath}/signature-report", null, ct);

    private static string ApiKeys(string organization) => $"{new Level(organization).ApiPath}/api-keys";
}
