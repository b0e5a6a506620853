using ImageService.Portal.Client;
using Microsoft.AspNetCore.Components;

namespace ImageService.Portal.Components.Pages.Library;

/// <summary>A space's images: searched, filtered by folder and tag, paged; deleted ones on demand. What is shown is in the address, so it can be linked and gone back to.</summary>
public sealed partial class LibraryPage : ComponentBase, IDisposable
{
    private const int MostFolders = 500;

    private readonly CancellationTokenSource _leave = new();
    private readonly Dictionary<string, object?> _searchAttributes = new(StringComparer.Ordinal) { ["aria-label"] = "Search images", ["data-testid"] = "search" };
    private List<AssetResponse>? _assets;
    private IReadOnlyList<FolderResponse> _folders = [];
    private string? _next;
    private ApiProblem? _problem;
    private string _folder = "/";
    private string? _tag;
    private string? _words;
    private bool _deleted;
    private bool _uploading;
    private bool _loading;
    private int _generation;

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

    [SupplyParameterFromQuery(Name = "deleted")]
    private bool DeletedInAddress { get; set; }

    private bool IsFiltered => _folder != "/" || _tag is not null || !string.IsNullOrWhiteSpace(_words);

    public void Dispose()
    {
        _leave.Cancel();
        _leave.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        (_folder, _tag, _words, _deleted) = (string.IsNullOrEmpty(FolderInAddress) ? "/" : FolderInAddress, TagInAddress, WordsInAddress, DeletedInAddress);
        if (RendererInfo.IsInteractive) await ReloadAsync();
    }

    private AssetFilter Filter => new(Tenant, Space)
    {
        // Words and tags are looked for everywhere below; without them a folder shows what is directly in it.
        Folder = IsFiltered || _folders.Count > 0 ? _folder : null,
        Recursive = !string.IsNullOrWhiteSpace(_words) || _tag is not null,
        Tag = _tag,
        Words = _words,
        Deleted = _deleted,
    };

    private Task SearchAsync(string? words) => GoAsync(("q", string.IsNullOrWhiteSpace(words) ? null : words.Trim()));

    private Task TagAsync(string? tag) => GoAsync(("tag", tag));

    private Task OpenFolderAsync(string folder) => GoAsync(("folder", folder == "/" ? null : folder));

    private Task ShowDeletedAsync(bool deleted) => GoAsync(("deleted", deleted ? "true" : null));

    private Task ClearAsync() => GoAsync(("q", null), ("tag", null), ("folder", null));

    private Task GoAsync(params (string Name, string? Value)[] changes)
    {
        var query = changes.ToDictionary(change => change.Name, change => (object?)change.Value, StringComparer.Ordinal);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(query), new NavigationOptions { ReplaceHistoryEntry = query.ContainsKey("q") });
        return Task.CompletedTask;
    }

    private async Task ReloadAsync()
    {
        var generation = ++_generation;
        _problem = null;
        await LoadFoldersAsync();
        var page = await Client.ListAssetsAsync(Organization, Filter, _leave.Token);
        if (generation != _generation) return;
        (_problem, _assets, _next) = (page.Problem, page.Value?.Items.ToList(), page.Value?.NextCursor);
        StateHasChanged();
    }

    private async Task LoadFoldersAsync()
    {
        var below = await Client.ListFoldersAsync(Organization, new AssetFilter(Tenant, Space) { Folder = _folder, Deleted = _deleted, Limit = MostFolders }, _leave.Token);
        _folders = below.IsSuccess ? below.Value.Items : [];
    }

    private async Task LoadMoreAsync()
    {
        _loading = true;
        var page = await Client.ListAssetsAsync(Organization, Filter with { Cursor = _next }, _leave.Token);
        _loading = false;
        if (!page.IsSuccess)
        {
            _problem = page.Problem;
            return;
        }

        _assets!.AddRange(page.Value.Items);
        _next = page.Value.NextCursor;
    }

    internal static string Parent(string folder) => folder.LastIndexOf('/') is > 0 and var slash ? folder[..slash] : "/";
}
