using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Library;

/// <content>What is chosen: it stays while the same is looked for, shown or not.</content>
public sealed partial class LibraryPage
{
    private readonly Dictionary<string, ChosenImage> _chosen = new(StringComparer.Ordinal);
    private AssetFilter? _chosenOf;

    private void Choose(AssetResponse asset, bool chosen)
    {
        _chosenOf = Filter;
        if (chosen)
            _chosen[asset.Id] = ChosenImage.Of(asset);
        else _chosen.Remove(asset.Id);
    }

    private void ChooseShown()
    {
        foreach (var asset in _listing?.Read ?? []) Choose(asset, chosen: true);
    }

    /// <summary>Everything that is looked for, as far as one action takes it.</summary>
    private async Task ChooseMatchingAsync()
    {
        var (filter, cursor) = (Filter with { Limit = AssetFilter.Most }, (string?)null);
        List<AssetResponse> all = [];
        do
        {
            var page = await Client.ListAssetsAsync(Organization, filter with { Cursor = cursor }, _leave.Token);
            if (!page.IsSuccess)
            {
                Snackbar.Add(page.Problem.Text, Severity.Error);
                return;
            }

            all.AddRange(page.Value.Items);
            cursor = page.Value.NextCursor;
        }
        while (cursor is not null && all.Count < SelectionBar.MostMatching);

        if (filter != Filter with { Limit = AssetFilter.Most })
            return;
        foreach (var asset in all.Take(SelectionBar.MostMatching)) Choose(asset, chosen: true);
    }

    /// <summary>Where something else is looked for now, only what is shown stays chosen.</summary>
    private void KeepChosen()
    {
        if (_chosen.Count == 0 || _chosenOf == Filter)
            return;
        var shown = _listing?.Read.Select(asset => asset.Id).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var id in _chosen.Keys.Where(id => !shown.Contains(id)).ToList()) _chosen.Remove(id);
        _chosenOf = Filter;
    }

    private Task ChangedAsync()
    {
        _chosen.Clear();
        return ReloadWhereItIsAsync();
    }
}
