using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;

namespace ImageService.Client;

public sealed partial class ImageServiceClient
{
    public Task<ImageAsset> GetAssetAsync(string id, CancellationToken ct = default) => SendAssetAsync(HttpMethod.Get, AssetPath(id), null, ct);

    /// <summary>One page of assets, in the filter's order.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="cursor">Of the page before; null: the first.</param>
    /// <param name="ct">Cancels.</param>
    public Task<Page<ImageAsset>> ListAssetsAsync(AssetFilter filter, string? cursor = null, CancellationToken ct = default)
    {
        var query = new StringBuilder("/v1/assets");
        Add("tenant", filter.Tenant);
        Add("space", filter.Space);
        Add("folder", filter.Folder);
        Add("recursive", filter.Recursive ? "true" : null);
        Add("tag", filter.Tag);
        Add("q", filter.Words);
        Add("unusedDays", filter.UnusedDays?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("sort", filter.Sort);
        Add("deleted", filter.Deleted ? "true" : null);
        Add("limit", filter.Limit?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("cursor", cursor);
        return SendAsync(HttpMethod.Get, query.ToString(), null, ClientJson.Default.PageImageAsset, ct);

        void Add(string name, string? value)
        {
            if (value is not null)
                query.Append(query[^1] == 's' && query.Length == "/v1/assets".Length ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    /// <summary>All assets that match, page after page.</summary>
    public async IAsyncEnumerable<ImageAsset> EnumerateAssetsAsync(AssetFilter filter, [EnumeratorCancellation] CancellationToken ct = default)
    {
        string? cursor = null;
        do
        {
            var page = await ListAssetsAsync(filter, cursor, ct).ConfigureAwait(false);
            foreach (var asset in page.Items)
                yield return asset;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    /// <summary>Changes what the change names.</summary>
    /// <param name="id">The asset.</param>
    /// <param name="change">What is null stays.</param>
    /// <param name="etag">Refused with 412 where the asset is no longer so; null: whatever it is.</param>
    /// <param name="ct">Cancels.</param>
    public Task<ImageAsset> UpdateAssetAsync(string id, AssetChange change, string? etag = null, CancellationToken ct = default) =>
        SendAssetAsync(HttpMethod.Patch, AssetPath(id), JsonContent.Create(change, ClientJson.Default.AssetChange), ct, etag);

    /// <summary>Its images stop at once; it can be restored for a while.</summary>
    public Task DeleteAssetAsync(string id, CancellationToken ct = default) => SendAsync(HttpMethod.Delete, AssetPath(id), null, ct);

    public Task<ImageAsset> RestoreAssetAsync(string id, CancellationToken ct = default) =>
        SendAssetAsync(HttpMethod.Post, AssetPath(id) + "/restore", null, ct);

    public async Task<IReadOnlyList<AssetVersion>> ListVersionsAsync(string id, CancellationToken ct = default) =>
        (await SendAsync(HttpMethod.Get, AssetPath(id) + "/versions", null, ClientJson.Default.PageAssetVersion, ct).ConfigureAwait(false)).Items;

    private async Task<ImageAsset> SendAssetAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct, string? etag = null)
    {
        using var response = await SendAsync(NewRequest(method, path, content, etag), ct).ConfigureAwait(false);
        return await ReadAsync(response, ClientJson.Default.ImageAsset, ct).ConfigureAwait(false) with { ETag = response.Headers.ETag?.ToString() };
    }

    private static string AssetPath(string id) => "/v1/assets/" + Uri.EscapeDataString(id);
}
