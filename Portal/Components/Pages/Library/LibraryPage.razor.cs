using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Library;

/// <summary>A space's images: searched, sorted, filtered; several can be chosen and changed at once. What is shown is in the address.</summary>
public sealed partial class LibraryPage : ComponentBase, IAsyncDisposable
{
    private const int MostFolders = 500;
    private const int MostTags = 12;

    private readonly Leave _leave = new();
    private readonly Dictionary<string, object?> _searchAttributes = new(StringComparer.Ordinal) { ["aria-label"] = "Search images", ["data-testid"] = "search" };
    private AssetFacetsResponse? _facets;
    private IReadOnlyList<FolderResponse> _folders = [];
    private ApiProblem? _problem;
    private string _folder = "/";
    private string? _tag;
    private string? _words;
    private string? _sort;
    private string? _format;
    private string? _access;
    private bool _untagged;
    private bool _list;
    private IJSObjectReference? _module, _uploads;
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
            if (_uploads is not null)
            {
                await _uploads.InvokeVoidAsync("dispose", CancellationToken.None);
                await _uploads.DisposeAsync();
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
    public Task Arrived() => InvokeAsync(_grid?.Stretch.First > 0 ? LookAsync : ReloadWhereItIsAsync);

    protected override async Task OnParametersSetAsync()
    {
        var wasList = _list;
        (_folder, _tag) = (string.IsNullOrEmpty(FolderInAddress) ? "/" : FolderInAddress, TagInAddress);

        // What is being typed may have a space at its end that the address does not have.
        if (_words?.Trim() != (WordsInAddress ?? ""))
            _words = WordsInAddress;
        (_sort, _format, _access, _untagged, _list) = (SortInAddress, FormatInAddress, AccessInAddress, UntaggedInAddress, ViewInAddress == "list");
        ReadFilters();
        if (!RendererInfo.IsInteractive)
            return;
        if (wasList != _list && _listing is not null && Filter == _listed)
            return;
        await ReloadAsync(_listing is null ? await ComeBackAsync() : null);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _self = DotNetObjectReference.Create(this);
        _module ??= await Script.InvokeAsync<IJSObjectReference>("import", _leave.Token, "./js/portal.js");
        _uploads = await _module.InvokeAsync<IJSObjectReference>("listen", _leave.Token, _self, Organization, Tenant, Space);
    }

    // A space at the end of the words belongs to what is being typed and is no change of what is looked for.
    private void SearchAsync(string? words)
    {
        _words = words;
        Go(("q", string.IsNullOrWhiteSpace(words) ? null : words.Trim()));
    }

    private void Go(params (string Name, string? Value)[] changes) => Query.Set(replaces: changes.Any(change => change.Name == "q"), changes);

    /// <summary>Where the list was left, if it was reached by Back or is loaded anew.</summary>
    private async Task<ListPlace?> ComeBackAsync()
    {
        _module = await Script.InvokeAsync<IJSObjectReference>("import", _leave.Token, "./js/portal.js");
        return await _module.InvokeAsync<ListPlace?>("placeBefore", _leave.Token);
    }

    private async Task FetchAsync() =>
        await Dialogs.ShowAsync<FetchDialog>("Upload by URL", new DialogParameters<FetchDialog> { { one => one.At, At }, { one => one.Folder, _folder } });
}
