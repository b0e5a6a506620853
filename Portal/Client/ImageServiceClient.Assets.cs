using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    public Task<ApiAnswer<Page<AssetResponse>>> ListAssetsAsync(string organization, AssetFilter filter, CancellationToken ct) =>
        GetAsync<Page<AssetResponse>>($"/v1/assets?{filter.ToQuery()}", organization, ct);

    /// <summary>How many assets match, and of which kinds.</summary>
    public Task<ApiAnswer<AssetFacetsResponse>> CountAssetsAsync(string organization, AssetFilter filter, CancellationToken ct) =>
        GetAsync<AssetFacetsResponse>($"/v1/assets/facets?{filter.ToQuery()}", organization, ct);

    /// <summary>One asset; also a deleted one that can be restored.</summary>
    public Task<ApiAnswer<AssetResponse>> GetAssetAsync(string organization, string id, CancellationToken ct) =>
        GetAsync<AssetResponse>($"/v1/assets/{Segment(id)}?deleted=true", organization, ct);

    /// <summary>One action on many assets; the answer says what became of each.</summary>
    public Task<ApiAnswer<BulkResponse>> ChangeAssetsAsync(string organization, BulkRequest request, CancellationToken ct) =>
        SendAsync<BulkRequest, BulkResponse>(HttpMethod.Post, "/v1/assets/bulk", request, organization, ct);

    /// <summary>Changes what the patch names (RFC 7396), if the asset is still as it was seen.</summary>
    public Task<ApiAnswer<AssetResponse>> UpdateAssetAsync(string organization, string id, JsonObject patch, string? etag, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/v1/assets/{Segment(id)}")
        {
            Content = new StringContent(patch.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (etag is not null)
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(etag));
        return SendAsync<AssetResponse>(request, organization, ct);
    }

    public Task<ApiAnswer<JsonElement>> DeleteAssetAsync(string organization, string id, CancellationToken ct) =>
        DeleteAsync($"/v1/assets/{Segment(id)}", organization, ct);

    public Task<ApiAnswer<AssetResponse>> RestoreAssetAsync(string organization, string id, CancellationToken ct) =>
        PostAsync<AssetResponse>($"/v1/assets/{Segment(id)}/restore", organization, ct);

    public Task<ApiAnswer<Page<VariantResponse>>> ListVariantsAsync(string organization, string id, CancellationToken ct) =>
        GetAsync<Page<VariantResponse>>($"/v1/assets/{Segment(id)}/variants", organization, ct);

    public Task<ApiAnswer<ItemsResponse<VersionResponse>>> ListVersionsAsync(string organization, string id, CancellationToken ct) =>
        GetAsync<ItemsResponse<VersionResponse>>($"/v1/assets/{Segment(id)}/versions", organization, ct);

    /// <summary>An earlier version's bytes become the newest version.</summary>
    public Task<ApiAnswer<AssetResponse>> RestoreVersionAsync(string organization, string id, int version, CancellationToken ct) =>
        PostAsync<AssetResponse>($"/v1/assets/{Segment(id)}/versions/{version}/restore", organization, ct);

    /// <summary>A folder gets another name or place, with everything below it.</summary>
    public Task<ApiAnswer<MoveFolderResponse>> MoveFolderAsync(string organization, MoveFolderRequest request, CancellationToken ct) =>
        SendAsync<MoveFolderRequest, MoveFolderResponse>(HttpMethod.Post, "/v1/assets/folders/move", request, organization, ct);

    /// <summary>Removes an old version for good.</summary>
    public Task<ApiAnswer<JsonElement>> DeleteVersionAsync(string organization, string id, int version, CancellationToken ct) =>
        DeleteAsync($"/v1/assets/{Segment(id)}/versions/{version}", organization, ct);

    /// <summary>The folders one step below one, the first 500 by name.</summary>
    public Task<ApiAnswer<Page<FolderResponse>>> ListFoldersAsync(string organization, AssetFilter filter, CancellationToken ct) =>
        GetAsync<Page<FolderResponse>>($"/v1/assets/folders?{filter.ToQuery()}", organization, ct);

    /// <summary>What an image's address means, without making anything.</summary>
    public Task<ApiAnswer<ExplainResponse>> ExplainAsync(string organization, ExplainRequest request, CancellationToken ct) =>
        SendAsync<ExplainRequest, ExplainResponse>(HttpMethod.Post, "/v1/explain", request, organization, ct);

    /// <param name="organization">Slug.</param>
    /// <param name="url">Address of an image, unsigned.</param>
    /// <param name="ttlSeconds">How long it works; null for the policy's usual time.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="forSrcset">Whether the signature opens the picture in every size, quality and format.</param>
    public Task<ApiAnswer<SignResponse>> SignAsync(string organization, string url, long? ttlSeconds, CancellationToken ct, bool forSrcset = false) =>
        SendAsync<SignRequest, SignResponse>(HttpMethod.Post, "/v1/sign", new SignRequest(url, ttlSeconds, forSrcset ? "asset" : null), organization, ct);
}

/// <summary>What a library shows. Both slugs empty: every place of the organization.</summary>
internal sealed record AssetFilter(string Tenant, string Space)
{
    /// <summary>Null for every folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether folders below <see cref="Folder"/> count too.</summary>
    public bool Recursive { get; init; }

    public string? Tag { get; init; }

    public string? Words { get; init; }

    public string? Format { get; init; }

    public string? Access { get; init; }

    public bool Untagged { get; init; }

    /// <summary>Not delivered for so many days, or never; null for all.</summary>
    public int? UnusedDays { get; init; }

    /// <summary>Uploaded on that day (UTC) or later; null for all.</summary>
    public DateOnly? UploadedFrom { get; init; }

    /// <summary>Uploaded on that day (UTC) or earlier; null for all.</summary>
    public DateOnly? UploadedUntil { get; init; }

    /// <summary>Bytes of the original, at least; null for all.</summary>
    public long? MinBytes { get; init; }

    /// <summary>Bytes of the original, at most; null for all.</summary>
    public long? MaxBytes { get; init; }

    /// <summary><c>newest</c>, <c>oldest</c>, <c>name</c>, <c>size</c>, <c>used</c> or <c>unused</c>; null for newest.</summary>
    public string? Sort { get; init; }

    public bool Deleted { get; init; }

    public string? Cursor { get; init; }

    /// <summary>How many a page of a list has where nothing else is asked for.</summary>
    public const int Usual = 48;

    /// <summary>The most that the Api gives at once.</summary>
    public const int Most = 500;

    public int Limit { get; init; } = Usual;

    public string ToQuery()
    {
        var query = new StringBuilder();
        if (Tenant.Length > 0)
            query.Append("tenant=").Append(Uri.EscapeDataString(Tenant)).Append("&space=").Append(Uri.EscapeDataString(Space)).Append('&');
        query.Append("limit=").Append(Limit);
        Append("folder", Folder);
        Append("tag", Tag);
        Append("q", Words);
        Append("format", Format);
        Append("access", Access);
        Append("sort", Sort);
        Append("cursor", Cursor);
        Append("from", Midnight(UploadedFrom));
        Append("to", Midnight(UploadedUntil?.AddDays(1)));
        Append("minBytes", MinBytes?.ToString(CultureInfo.InvariantCulture));
        Append("maxBytes", MaxBytes?.ToString(CultureInfo.InvariantCulture));
        if (Untagged)
            query.Append("&untagged=true");
        if (UnusedDays is { } days)
            query.Append("&unusedDays=").Append(days);
        if (Recursive)
            query.Append("&recursive=true");
        if (Deleted)
            query.Append("&deleted=true");
        return query.ToString();

        void Append(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                query.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        static string? Midnight(DateOnly? day) => day?.ToString("yyyy-MM-dd'T00:00:00Z'", CultureInfo.InvariantCulture);
    }
}
