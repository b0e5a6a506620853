using ImageService.Portal.Client;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Library;

/// <content>The list: read where it is looked at, and kept where a person is in it.</content>
public sealed partial class LibraryPage
{
    private AssetListing? _listing;
    private AssetFilter? _listed;
    private string _of = "";
    private ListPlace? _place;
    private TileGrid? _grid;
    private bool _loading;
    private bool _stuck;
    private int _fresh;
    private int _generation;

    /// <summary>From its first image on.</summary>
    private Task BeginAnewAsync() => ReloadAsync(null);

    /// <summary>What is looked at is read anew, and stands where it stood.</summary>
    private Task ReloadWhereItIsAsync() => ReloadAsync(_grid?.Here);

    private async Task ReloadAsync(ListPlace? place)
    {
        var generation = ++_generation;
        _problem = null;
        var below = await Client.ListFoldersAsync(Organization, new AssetFilter(Tenant, Space) { Folder = _folder, Limit = MostFolders }, _leave.Token);
        if (generation != _generation)
            return;
        _folders = below.IsSuccess ? below.Value.Items : [];
        var filter = Filter;
        var of = filter.ToQuery();
        place = place?.Of == of ? place : null;
        var listing = place is null ? new AssetListing() : AssetListing.From(place.Marks);
        var counting = Client.CountAssetsAsync(Organization, filter, _leave.Token);
        var problem = await ReadAsync(listing, filter, place);
        var facets = await counting;
        if (generation != _generation)
            return;
        (_problem, _listing, _facets, _listed, _of, _place) = (problem, problem is null ? listing : null, facets.Value, filter, of, place);
        (_fresh, _stuck) = (0, false);
        if (place is not null && _chosen.Count == 0)
        {
            foreach (var image in place.Chosen) (_chosenOf, _chosen[image.Id]) = (filter, image);
        }

        KeepChosen();
        RememberAround(place?.First ?? 0);
        StateHasChanged();
        await ReachAsync();
    }

    /// <summary>The beginning, or what is drawn at a place.</summary>
    private async Task<ApiProblem?> ReadAsync(AssetListing listing, AssetFilter filter, ListPlace? place)
    {
        while (Missing() is { } part)
        {
            var page = await ListAsync(filter, part);
            if (!page.IsSuccess)
                return page.Problem;
            listing.Fill(part, page.Value.Items, page.Value.NextCursor);
        }

        return null;

        ListingPart? Missing()
        {
            var drawn = place?.Window.Of(listing.Count);
            return listing.Missing(drawn?.First ?? 0, Math.Max(drawn?.Count ?? 0, 1));
        }
    }

    private Task<ApiAnswer<Page<AssetResponse>>> ListAsync(AssetFilter filter, ListingPart part) =>
        Client.ListAssetsAsync(Organization, filter with { Cursor = part.Cursor, Limit = part.Limit }, _leave.Token);

    /// <summary>Other tiles are looked at.</summary>
    private void Move() => _ = InvokeAsync(ReachAsync);

    private Task LoadMoreAsync()
    {
        _stuck = false;
        return ReachAsync(beyond: true);
    }

    private Task ReachAsync() => ReachAsync(beyond: false);

    /// <summary>Reads what is looked at, and what will be next.</summary>
    private async Task ReachAsync(bool beyond)
    {
        if (_loading)
            return;
        while (!_stuck && _listing is { } listing && _grid is { } grid && (beyond ? listing.Missing(listing.Count, 1) : Missing(listing, grid)) is { } part)
        {
            (_loading, beyond) = (true, false);
            var page = await ListAsync(_listed!, part);
            _loading = false;
            if (listing != _listing)
                continue;
            if (page.IsSuccess)
            {
                listing.Fill(part, page.Value.Items, page.Value.NextCursor);
                listing.Forget(grid.Stretch.First, grid.Stretch.Count);
                RememberAround(grid.Stretch.First);
            }
            else
            {
                _stuck = true;
                Snackbar.Add(page.Problem.Text, Severity.Error);
            }

            StateHasChanged();
        }

        static ListingPart? Missing(AssetListing listing, TileGrid grid) => listing.Missing(grid.Wanted.First, grid.Wanted.Count);
    }

    /// <summary>
    /// Something in this space changed. What is shown is brought up to date where it stands; images that came are told of rather than pushed in above what
    /// a person looks at, unless there is nothing yet.
    /// </summary>
    private async Task LookAsync()
    {
        if (_listing is not { } listing)
            return;
        if (listing.Count == 0)
        {
            await BeginAnewAsync();
            return;
        }

        var (generation, filter, drawn) = (_generation, _listed!, _grid?.Stretch ?? TileWindow.Unmeasured.Of(listing.Count));
        var counting = Client.CountAssetsAsync(Organization, filter, _leave.Token);
        var beginning = listing.Shown(0, 1).FirstOrDefault() ?? new ListingPart(0, null, AssetFilter.Usual);
        var newest = await ListAsync(filter, beginning);
        List<(ListingPart Part, Page<AssetResponse> Now)> read = [];
        foreach (var part in listing.Shown(drawn.First, drawn.Count).ToList())
        {
            if ((part == beginning ? newest : await ListAsync(filter, part)) is { IsSuccess: true } page)
                read.Add((part, page.Value));
        }

        var facets = await counting;
        if (generation != _generation || !newest.IsSuccess)
            return;
        _facets = facets.Value ?? _facets;
        _fresh = listing.Fresh(newest.Value.Items, inOrderOfTime: _sort is null or "newest");
        foreach (var (part, now) in read)
        {
            foreach (var id in listing.Refresh(part, now.Items, now.NextCursor)) _chosen.Remove(id);
        }

        StateHasChanged();
    }

    private void RememberAround(int index) => Workspace.Remember([.. _listing?.Around(index).Select(static asset => asset.Id) ?? []]);
}
