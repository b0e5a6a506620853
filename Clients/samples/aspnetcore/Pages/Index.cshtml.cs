#pragma warning disable MA0048 // a page's model is named for its page by custom
using ImageService.Client;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ImageService.AspNetCoreSample.Pages;

/// <summary>The newest pictures of the space.</summary>
public sealed class IndexModel(ImageServiceClient images, Gallery gallery) : PageModel
{
    public IReadOnlyList<ImageAsset> Assets { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct) =>
        Assets = (await images.ListAssetsAsync(new AssetFilter { Tenant = gallery.Tenant, Space = gallery.Space, Limit = 40 }, ct: ct)).Items;
}
