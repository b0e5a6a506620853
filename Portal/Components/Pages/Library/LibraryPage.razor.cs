using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Library;

/// <summary>A space's images: searched, sorted, filtered; several can be chosen and changed at once. What is shown is in the address.</summary>
public sealed partial class LibraryPage : ComponentBase, IAsyncDisposable
{
    private const int MostFolders = 500;
    private const int MostTags = 12;
    private const int MostAtOnce = 480;

    private readonly Leave _leave = new();
    private readonly Dictionary<string, object?> _searchAttributes = new(StringComparer.Ordinal) { ["aria-label"] = "Search images", ["data-testid"] = "search" };
    private List<AssetResponse>? _assets;
    private AssetFacetsResponse? _facets;
    private IReadOnlyList<FolderResponse> _folders = [];
    private string? _next;
    private ApiProblem? _problem;
    private string _folder = "/";
    private string? _tag;
    private string? _words;
    private string? _sort;
    private string? _format;
    private string? _access;
    private bool _untagged;
    private bool _list;
    private bool _loading;
    private int _fresh;
    private int _atOnce = AssetFilter.Usual;
    private int? _top;
    private int _generation;
    private IJSObjectReference? _module, _uploads, _scroll;
    private DotNetObjectReference<LibraryPage>? _self;

    [Parameter]
    public required string Organization { get; set; }

    [Parameter]
    public required string Tenant { get; set; }

    [Parameter]
    public required string Space { get; set; }

    [SupplyParameterFromQuery(Name = "folder")]
    private string? FolderInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "tag")]
    private string? TagInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? WordsInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? SortInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "format")]
    private string? FormatInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "access")]
    private string? AccessInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "untagged")]
    private bool UntaggedInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "view")]
    private string? ViewInAddress { get; set; }

    /// <summary>Whether people look for what is used, so that tiles tell of it.</summary>
    private bool TellsUse => _list || _unused is not null || _sort is "used" or "unused";

    private Level At => new(Organization, Tenant, Space);

    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync();
        _leave.Dispose();
        try
        {
            foreach (var watcher in new[] { _uploads, _scroll }.OfType<IJSObjectReference>())
            {
                await watcher.InvokeVoidAsync("dispose", CancellationToken.None);
                await watcher.DisposeAsync();
            }

            if (_module is not null)
                await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its listeners with it.
        }

        _self?.Dispose();
    }

    /// <summary>Images came into this space from this browser.</summary>
    [JSInvokable]
    public Task Arrived() => InvokeAsync(ReloadAsync);

    /// <summary>The end of what is shown came into view.</summary>
    [JSInvokable]
    public Task Reached() => InvokeAsync(LoadMoreAsync);

    protected override async Task OnParametersSetAsync()
    {
        (_folder, _tag) = (string.IsNullOrEmpty(FolderInAddress) ? "/" : FolderInAddress, TagInAddress);

        // What is being typed may have a space at its end that the address does not have.
        if (_words?.Trim() != (WordsInAddress ?? ""))
            _words = WordsInAddress;
        (_sort, _format, _access, _untagged, _list) = (SortInAddress, FormatInAddress, AccessInAddress, UntaggedInAddress, ViewInAddress == "list");
        ReadFilters();
        if (!RendererInfo.IsInteractive)
            return;
        if (_assets is null)
            await ComeBackAsync();
        await ReloadAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_top is { } top && _assets is { Count: > 0 } && _module is not null)
        {
            _top = null;
            await _module.InvokeVoidAsync("goTo", _leave.Token, top);
        }

        if (!firstRender)
            return;
        _self = DotNetObjectReference.Create(this);
        _module ??= await Script.InvokeAsync<IJSObjectReference>("import", _leave.Token, "./js/portal.js");
        _uploads = await _module.InvokeAsync<IJSObjectReference>("listen", _leave.Token, _self, Organization, Tenant, Space);
        _scroll = await _module.InvokeAsync<IJSObjectReference>("watchEnd", _leave.Token, _self, ".more");
    }

    // A space at the end of the words belongs to what is being typed and is no change of what is looked for.
    private void SearchAsync(string? words)
    {
        _words = words;
        Go(("q", string.IsNullOrWhiteSpace(words) ? null : words.Trim()));
    }

    private void Go(params (string Name, string? Value)[] changes) => Query.Set(replaces: changes.Any(change => change.Name == "q"), changes);

    /// <summary>Reached by Back: as many as were shown before, and as far down.</summary>
    private async Task ComeBackAsync()
    {
        _module = await Script.InvokeAsync<IJSObjectReference>("import", _leave.Token, "./js/portal.js");
        if (await _module.InvokeAsync<ListPlace?>("placeBefore", _leave.Token) is not { } place)
            return;
        (_atOnce, _top) = (Math.Clamp(place.Shown, AssetFilter.Usual, MostAtOnce), place.Top);
    }

    private async Task ReloadAsync()
    {
        var generation = ++_generation;
        _problem = null;
        var below = await Client.ListFoldersAsync(Organization, new AssetFilter(Tenant, Space) { Folder = _folder, Limit = MostFolders }, _leave.Token);
        if (generation != _generation)
            return;
        _folders = below.IsSuccess ? below.Value.Items : [];
        var (pending, counting) = (Client.ListAssetsAsync(Organization, Filter with { Limit = _atOnce }, _leave.Token), Client.CountAssetsAsync(Organization, Filter, _leave.Token));
        var page = await pending;
        var facets = await counting;
        _atOnce = AssetFilter.Usual;
        if (generation != _generation)
            return;
        (_problem, _assets, _next, _facets) = (page.Problem, page.Value?.Items.ToList(), page.Value?.NextCursor, facets.Value);
        Workspace.Remember([.. _assets?.Select(asset => asset.Id) ?? []]);
        KeepChosen();
        _fresh = 0;
        StateHasChanged();
    }

    /// <summary>
    /// Something in this space changed. What is shown is brought up to date where it stands; images that came are told of rather than pushed in above what
    /// a person looks at, unless there is nothing yet.
    /// </summary>
    private async Task LookAsync()
    {
        if (_assets is null || _loading)
            return;
        if (_assets.Count == 0)
        {
            await ReloadAsync();
            return;
        }

        var generation = _generation;
        var (pending, counting) = (Client.ListAssetsAsync(Organization, Filter, _leave.Token), Client.CountAssetsAsync(Organization, Filter, _leave.Token));
        var (page, facets) = (await pending, await counting);
        if (generation != _generation || !page.IsSuccess || _assets is null)
            return;
        _facets = facets.Value ?? _facets;
        var now = page.Value.Items.ToDictionary(asset => asset.Id, StringComparer.Ordinal);
        for (var i = 0; i < _assets.Count; i++)
        {
            if (now.TryGetValue(_assets[i].Id, out var changed))
                _assets[i] = changed;
        }

        // Where the list is whole, what is not in it any more is gone.
        if (_next is null && page.Value.NextCursor is null)
            _assets.RemoveAll(asset => !now.ContainsKey(asset.Id) && Unchosen(asset.Id));
        var known = _assets.Select(asset => asset.Id).ToHashSet(StringComparer.Ordinal);
        _fresh = page.Value.Items.TakeWhile(asset => _sort is null or "newest" || !known.Contains(asset.Id)).Count(asset => !known.Contains(asset.Id));
        StateHasChanged();
    }

    private async Task LoadMoreAsync()
    {
        if (_loading || _next is null || _assets is null)
            return;
        _loading = true;
        var generation = _generation;
        var page = await Client.ListAssetsAsync(Organization, Filter with { Cursor = _next }, _leave.Token);
        _loading = false;
        if (generation != _generation)
            return;
        if (page.IsSuccess)
        {
            _assets.AddRange(page.Value.Items);
            _next = page.Value.NextCursor;
            Workspace.Remember([.. _assets.Select(asset => asset.Id)]);
        }
        else
        {
            Snackbar.Add(page.Problem.Text, Severity.Error);
        }

        StateHasChanged();
    }

    private async Task FetchAsync() =>
        await Dialogs.ShowAsync<FetchDialog>("Upload by URL", new DialogParameters<FetchDialog> { { one => one.At, At }, { one => one.Folder, _folder } });

    /// <param name="Top">px from the page's top.</param>
    /// <param name="Shown">Tiles.</param>
    private sealed record ListPlace(int Top, int Shown);
}
