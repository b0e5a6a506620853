using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<Page<AssetResponse>>> ListAssetsAsync(string organization, AssetFilter filter, CancellationToken ct) =>
        GetAsync($"/v1/assets?{filter.ToQuery()}", organization, ApiJson.Default.PageAssetResponse, ct);

    public Task<ApiAnswer<AssetResponse>> GetAssetAsync(string organization, string id, CancellationToken ct) =>
        GetAsync($"/v1/assets/{Segment(id)}", organization, ApiJson.Default.AssetResponse, ct);

    /// <summary>Changes what the patch names (RFC 7396), if the asset is still as it was seen.</summary>
    public Task<ApiAnswer<AssetResponse>> UpdateAssetAsync(string organization, string id, JsonObject patch, string? etag, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/v1/assets/{Segment(id)}")
        {
            Content = new StringContent(patch.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (etag is not null) request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(etag));
        return SendAsync(request, organization, ApiJson.Default.AssetResponse, ct);
    }

    public Task<ApiAnswer<JsonElement>> DeleteAssetAsync(string organization, string id, CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/v1/assets/{Segment(id)}"), organization, ApiJson.Default.JsonElement, ct);

    public Task<ApiAnswer<AssetResponse>> RestoreAssetAsync(string organization, string id, CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/v1/assets/{Segment(id)}/restore"), organization, ApiJson.Default.AssetResponse, ct);

    public Task<ApiAnswer<Page<VariantResponse>>> ListVariantsAsync(string organization, string id, CancellationToken ct) =>
        GetAsync($"/v1/assets/{Segment(id)}/variants", organization, ApiJson.Default.PageVariantResponse, ct);

    public Task<ApiAnswer<ItemsResponse<VersionResponse>>> ListVersionsAsync(string organization, string id, CancellationToken ct) =>
        GetAsync($"/v1/assets/{Segment(id)}/versions", organization, ApiJson.Default.ItemsResponseVersionResponse, ct);

    /// <summary>Removes an old version for good.</summary>
    public Task<ApiAnswer<JsonElement>> DeleteVersionAsync(string organization, string id, int version, CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/v1/assets/{Segment(id)}/versions/{version}"), organization, ApiJson.Default.JsonElement, ct);

    /// <summary>The folders one step below one, the first 500 by name.</summary>
    public Task<ApiAnswer<Page<FolderResponse>>> ListFoldersAsync(string organization, AssetFilter filter, CancellationToken ct) =>
        GetAsync($"/v1/assets/folders?{filter.ToQuery()}", organization, ApiJson.Default.PageFolderResponse, ct);

    public Task<ApiAnswer<SignResponse>> SignAsync(string organization, string url, CancellationToken ct) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/sign") { Content = JsonContent.Create(new SignRequest(url, null), ApiJson.Default.SignRequest) },
            organization,
            ApiJson.Default.SignResponse,
            ct);
}

/// <summary>What a library shows.</summary>
internal sealed record AssetFilter(string Tenant, string Space)
{
    /// <summary>Null for every folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether folders below <see cref="Folder"/> count too.</summary>
    public bool Recursive { get; init; }

    public string? Tag { get; init; }

    public string? Words { get; init; }

    public bool Deleted { get; init; }

    public string? Cursor { get; init; }

    public int Limit { get; init; } = 48;

    public string ToQuery()
    {
        var query = new StringBuilder($"tenant={Uri.EscapeDataString(Tenant)}&space={Uri.EscapeDataString(Space)}&limit={Limit}");
        Append("folder", Folder);
        Append("tag", Tag);
        Append("q", Words);
        Append("cursor", Cursor);
        if (Recursive) query.Append("&recursive=true");
        if (Deleted) query.Append("&deleted=true");
        return query.ToString();

        void Append(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) query.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }
}
