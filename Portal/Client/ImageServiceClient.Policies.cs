using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<ItemsResponse<PolicyResponse>>> ListPoliciesAsync(Level level, CancellationToken ct) =>
        GetAsync<ItemsResponse<PolicyResponse>>($"{level.ApiPath}/policies", null, ct);

    public Task<ApiAnswer<PolicyResponse>> SetPolicyAsync(Level level, string key, SetPolicyRequest request, CancellationToken ct) =>
        SendAsync<SetPolicyRequest, PolicyResponse>(HttpMethod.Put, $"{level.ApiPath}/policies/{Segment(key)}", request, null, ct);

    /// <summary>What setting it would do; nothing is changed.</summary>
    public Task<ApiAnswer<ChangeEffect>> TryPolicyAsync(Level level, string key, SetPolicyRequest request, CancellationToken ct) =>
        SendAsync<SetPolicyRequest, ChangeEffect>(HttpMethod.Put, $"{level.ApiPath}/policies/{Segment(key)}?dryRun=true", request, null, ct);

    /// <summary>The value of the level above holds again.</summary>
    public Task<ApiAnswer<JsonElement>> UnsetPolicyAsync(Level level, string key, CancellationToken ct) =>
        DeleteAsync($"{level.ApiPath}/policies/{Segment(key)}", null, ct);

    /// <summary>What taking it back would do; nothing is changed.</summary>
    public Task<ApiAnswer<ChangeEffect>> TryUnsetPolicyAsync(Level level, string key, CancellationToken ct) =>
        SendAsync<ChangeEffect>(new HttpRequestMessage(HttpMethod.Delete, $"{level.ApiPath}/policies/{Segment(key)}?dryRun=true"), null, ct);
}
