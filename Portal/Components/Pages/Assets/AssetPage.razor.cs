using System.Text.Json.Nodes;
using ImageService.Portal.Client;
using ImageService.Portal.Images;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Assets;

/// <summary>One image: built to any size and format with its live address, its focus, its details, its stored variants; deleted and restored.</summary>
public sealed partial class AssetPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _leave = new();
    private AssetResponse? _asset;
    private string? _etag;
    private ApiProblem? _problem;
    private OperationsDraft _draft = new();
    private string? _shown;
    private int _tab;
    private bool _saving;

    [Parameter]
    public required string Organization { get; set; }

    [Parameter]
    public required string Tenant { get; set; }

    [Parameter]
    public required string Space { get; set; }

    [Parameter]
    public required string Id { get; set; }

    private string LibraryAddress => $"/o/{Organization}/{Tenant}/{Space}";

    public void Dispose()
    {
        _leave.Cancel();
        _leave.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (!RendererInfo.IsInteractive || _shown == Id) return;
        _shown = Id;
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        _problem = null;
        var answer = await Client.GetAssetAsync(Organization, Id, _leave.Token);
        if (!answer.IsSuccess && answer.Problem.Status == 404) answer = await FindDeletedAsync(answer);
        if (!answer.IsSuccess)
        {
            _problem = answer.Problem;
            return;
        }

        Show(answer);
        _draft = new OperationsDraft { Format = "auto", Width = Math.Min(800, answer.Value.Width) };
    }

    /// <summary>A deleted image is not found by its address, but listed among the deleted ones.</summary>
    private async Task<ApiAnswer<AssetResponse>> FindDeletedAsync(ApiAnswer<AssetResponse> notFound)
    {
        string? cursor = null;
        do
        {
            var page = await Client.ListAssetsAsync(Organization, new AssetFilter(Tenant, Space) { Deleted = true, Limit = 500, Cursor = cursor }, _leave.Token);
            if (!page.IsSuccess) return notFound;
            if (page.Value.Items.FirstOrDefault(asset => string.Equals(asset.Id, Id, StringComparison.OrdinalIgnoreCase)) is { } deleted) return new ApiAnswer<AssetResponse>(deleted, null);
            cursor = page.Value.NextCursor;
        }
        while (cursor is not null);
        return notFound;
    }

    private void Show(ApiAnswer<AssetResponse> answer) => (_asset, _etag) = (answer.Value, answer.ETag);

    private Task SetFocalPointAsync(FocalPoint? point) =>
        SaveAsync(new JsonObject { ["focalPoint"] = point is null ? null : new JsonObject { ["x"] = Math.Round(point.X, 4), ["y"] = Math.Round(point.Y, 4) } });

    private async Task SaveAsync(JsonObject patch)
    {
        _saving = true;
        var answer = await Client.UpdateAssetAsync(Organization, Id, patch, _etag, _leave.Token);
        _saving = false;
        if (!answer.IsSuccess)
        {
            Tell(answer.Problem.Status == 412 ? "Someone else has changed this image meanwhile. It is shown anew; make your change again." : answer.Problem.Text, Severity.Error);
            if (answer.Problem.Status == 412) await LoadAsync();
            return;
        }

        Show(answer);
        Tell("Saved", Severity.Success);
    }

    private async Task DeleteAsync()
    {
        var sure = await Dialogs.ShowMessageBoxAsync("Delete this image?", "Its addresses stop working at once. It can be restored for a while.", yesText: "Delete", cancelText: "Keep");
        if (sure != true) return;
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
