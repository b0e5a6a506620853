using ImageService.Portal.Client;

namespace ImageService.Portal.Images;

/// <summary>
/// Addresses that work in the browser of the signed-in person: those of private images are signed for a look, many with one request, and used again while
/// they have
/// time left.
/// </summary>
internal sealed class ImageSigner(ImageServiceClient client, ImageUrls urls, TimeProvider time)
{
    private const int MostAtOnce = 200;
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    /// <summary>How long the first of several waits for the others.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<string, ViewItem> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(string Url, TaskCompletionSource<ApiAnswer<string>> Asked)>> _gathered = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>
    /// A thumbnail for a grid: as large as it is shown on a dense screen, in the best format the browser takes; of an animation its first picture.
    /// </summary>
    public Task<ApiAnswer<string>> ThumbnailAsync(string organization, AssetResponse asset, CancellationToken ct) =>
        AccessAsync(organization, asset,
            urls.Of(organization, asset, new OperationsDraft { Format = ThumbnailFormat(asset), Width = 480, Height = 360, Fit = "inside" }), ct);

    /// <summary>
    /// An address for looking at the image here, signed for a while where the asset is private. It says that it is a look: what people see in the portal is
    /// not used because of that.
    /// </summary>
    public async Task<ApiAnswer<string>> AccessAsync(string organization, AssetResponse asset, string url, CancellationToken ct)
    {
        var answer = asset.IsPrivate ? await ViewAsync(organization, url, ct) : new ApiAnswer<string>(url, null);
        return answer.Value is { } address ? answer with { Value = $"{address}{(address.Contains('?') ? '&' : '?')}view=1" } : answer;
    }

    private async Task<ApiAnswer<string>> ViewAsync(string organization, string url, CancellationToken ct)
    {
        TaskCompletionSource<ApiAnswer<string>> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool first;
        lock (_gate)
        {
            if (_known.TryGetValue(url, out var known) && known.ExpiresAt - Margin > time.GetUtcNow())
                return new ApiAnswer<string>(known.Url, null);
            if (!_gathered.TryGetValue(organization, out var waiting))
                _gathered[organization] = waiting = [];
            first = waiting.Count == 0;
            waiting.Add((url, asked));
        }

        if (first)
            await AskAsync(organization);
        return await asked.Task.WaitAsync(ct);
    }

    /// <summary>An address to give to others, by the scope <c>image:sign</c>; for the policy's usual time.</summary>
    public async Task<ApiAnswer<string>> SignAsync(string organization, string url, CancellationToken ct)
    {
        var answer = await client.SignAsync(organization, url, null, ct);
        return answer.IsSuccess ? new ApiAnswer<string>(answer.Value.Url, null) : new ApiAnswer<string>(null, answer.Problem);
    }

    private async Task AskAsync(string organization)
    {
        await Task.Delay(Gathering, time);
        List<(string Url, TaskCompletionSource<ApiAnswer<string>> Asked)> waiting;
        lock (_gate)
        {
            waiting = _gathered[organization];
            _gathered.Remove(organization);
        }

        try
        {
            foreach (var some in waiting.Chunk(MostAtOnce)) await AskAsync(organization, some);
        }
        finally
        {
            // Whatever went wrong, nobody waits for ever.
            foreach (var (_, asked) in waiting) asked.TrySetResult(new ApiAnswer<string>(null, ApiProblem.Unreachable));
        }
    }

    private async Task AskAsync(string organization, (string Url, TaskCompletionSource<ApiAnswer<string>> Asked)[] some)
    {
        // For all that wait: none of them alone can take it back.
        var answer = await client.ViewAsync(organization, [.. some.Select(static one => one.Url)], CancellationToken.None);
        for (var place = 0; place < some.Length; place++)
        {
            var item = answer.Value?.Items.ElementAtOrDefault(place);
            if (item?.Url is not null)
            {
                lock (_gate) _known[some[place].Url] = item;
            }

            some[place].Asked.SetResult(item?.Url is { } url
                ? new ApiAnswer<string>(url, null)
                : new ApiAnswer<string>(null, answer.Problem ?? new ApiProblem
                {
                    Title = "No address",
                    Status = null,
                    Detail = item?.Detail,
                    Code = null,
                }));
        }
    }

    private static string ThumbnailFormat(AssetResponse asset) => asset.Frames == 1 ? "auto" : asset.HasAlpha ? "png" : "jpg";
}
