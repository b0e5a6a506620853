using ImageService.Portal.Client;

namespace ImageService.Portal.Images;

/// <summary>Addresses that work in the browser of the signed-in person: private images are signed, and a signature is used again while it has time left.</summary>
internal sealed class ImageSigner(ImageServiceClient client, ImageUrls urls, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, SignResponse> _signed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turns = new(8, 8);

    /// <summary>A thumbnail for a grid: as large as it is shown on a dense screen, in the best format the browser takes.</summary>
    public Task<ApiAnswer<string>> ThumbnailAsync(string organization, AssetResponse asset, CancellationToken ct) =>
        AccessAsync(organization, asset, urls.Of(organization, asset, new OperationsDraft { Format = "auto", Width = 480, Height = 360, Fit = "inside" }), ct);

    /// <summary>The address itself for a public asset, signed for a private one.</summary>
    public async Task<ApiAnswer<string>> AccessAsync(string organization, AssetResponse asset, string url, CancellationToken ct)
    {
        if (!asset.IsPrivate) return new ApiAnswer<string>(url, null);
        if (_signed.TryGetValue(url, out var known) && known.ExpiresAt - Margin > time.GetUtcNow()) return new ApiAnswer<string>(known.Url, null);
        await _turns.WaitAsync(ct);
        try
        {
            var answer = await client.SignAsync(organization, url, ct);
            if (!answer.IsSuccess) return new ApiAnswer<string>(null, answer.Problem);
            _signed[url] = answer.Value;
            return new ApiAnswer<string>(answer.Value.Url, null);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();
}
