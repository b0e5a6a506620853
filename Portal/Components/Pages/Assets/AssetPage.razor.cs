using System.Text.Json.Nodes;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Assets;

/// <summary>One image: built to any size and format with its live address, its focus, its details, its stored variants; deleted and restored.</summary>
public sealed partial class AssetPage : ComponentBase, IDisposable
{
    private static readonly string[] Tabs = ["transform", "focus", "details", "code", "variants", "activity"];

    private readonly Leave _leave = new();
    private AssetResponse? _asset;
    private string? _etag;
    private ApiProblem? _problem;
    private OperationsDraft _draft = new();
    private string? _shown;
    private int _tab;
    private bool _saving;
    private string? _previous;
    private string? _following;

    [Parameter]
    public required string Organization { get; set; }

    [Parameter]
    public required string Tenant { get; set; }

    [Parameter]
    public required string Space { get; set; }

    [Parameter]
    public required string Id { get; set; }

    /// <summary>The last part of the image's address as it is put together, so that a view can be linked.</summary>
    [SupplyParameterFromQuery(Name = "t")]
    private string? TransformInAddress { get; set; }

    [SupplyParameterFromQuery(Name = "tab")]
    private string? TabInAddress { get; set; }

    private bool TellsActivity => Workspace.May("audit:read", new Level(Organization));

    private Level At => new(Organization, Tenant, Space);

    private string LibraryAddress => At.Address;

    public void Dispose()
    {
        _leave.Cancel();
        _leave.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        _tab = TabInAddress == "activity" && !TellsActivity ? 0 : Math.Max(0, Array.IndexOf(Tabs, TabInAddress));
        if (!RendererInfo.IsInteractive || _shown == Id)
            return;
        _shown = Id;
        (_previous, _following) = Workspace.Neighbours(Id);
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        _problem = null;
        var answer = await Client.GetAssetAsync(Organization, Id, _leave.Token);
        if (!answer.IsSuccess)
        {
            _problem = answer.Problem;
            return;
        }

        Show(answer);
        _draft = OperationsDraft.Read(TransformInAddress) ?? new OperationsDraft { Format = "auto", Width = Math.Min(800, answer.Value.Width) };
    }

    /// <summary>A version that came meanwhile is shown; what else changed is told when something is saved over it.</summary>
    private async Task LookAsync()
    {
        if (_asset is null || _saving)
            return;
        var answer = await Client.GetAssetAsync(Organization, Id, _leave.Token);
        if (!answer.IsSuccess || _asset is null || answer.Value.Id != _asset.Id || answer.Value.Version == _asset.Version)
            return;
        Show(answer);
        StateHasChanged();
    }

    private void Change(OperationsDraft draft)
    {
        _draft = draft;
        Query.Set(replaces: true, ("t", draft.FileName(ImageUrls.OwnExtension(_asset!))));
    }

    private void GoToTab(int tab)
    {
        // The tabs also tell of panels that go while the page is left.
        if (tab == _tab || tab < 0 || tab >= Tabs.Length || _leave.IsCancellationRequested)
            return;
        _tab = tab;
        Query.Set(replaces: true, ("tab", tab == 0 ? null : Tabs[tab]));
    }

    private void Show(ApiAnswer<AssetResponse> answer) => (_asset, _etag) = (answer.Value, answer.ETag);

    private async Task SetFocalPointAsync(FocalPoint? point) =>
        await SaveAsync(new JsonObject
        {
            ["focalPoint"] = point is null ? null : new JsonObject { ["x"] = Math.Round(point.X, 4), ["y"] = Math.Round(point.Y, 4) },
        });

    /// <returns>The image as it is saved; null where it is not.</returns>
    private async Task<AssetResponse?> SaveAsync(JsonObject patch)
    {
        _saving = true;
        StateHasChanged();
        var answer = await Client.UpdateAssetAsync(Organization, Id, patch, _etag, _leave.Token);
        _saving = false;
        if (answer.IsSuccess)
        {
            Show(answer);
            Tell("Saved", Severity.Success);
        }
        else
        {
            Tell(answer.Problem.Status == 412
                ? "Someone else has changed this image meanwhile. It is shown as it is now; look, and save again." : answer.Problem.Text, Severity.Error);
            if (answer.Problem.Status == 412)
                await LoadAsync();
        }

        StateHasChanged();
        return answer.Value;
    }

    private async Task DeleteAsync()
    {
        if (!await Dialogs.AskSureAsync("Delete this image?", "Its addresses stop working at once. It can be restored for a while.", "Delete"))
            return;
        var answer = await Client.DeleteAssetAsync(Organization, Id, _leave.Token);
        if (!answer.IsSuccess)
        {
            Tell(answer.Problem.Text, Severity.Error);
            return;
        }

        Tell("Deleted", Severity.Success);
        Navigation.NavigateTo(LibraryAddress);
    }

    private async Task RestoreAsync()
    {
        var answer = await Client.RestoreAssetAsync(Organization, Id, _leave.Token);
        if (!answer.IsSuccess)
        {
            Tell(answer.Problem.Text, Severity.Error);
            return;
        }

        Tell("Restored", Severity.Success);
        await LoadAsync();
    }

    private void Tell(string text, Severity severity) => Snackbar.Add(text, severity);
}
