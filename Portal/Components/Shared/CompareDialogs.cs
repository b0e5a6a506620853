using ImageService.Portal.Client;
using ImageService.Portal.Images;
using MudBlazor;

namespace ImageService.Portal.Components.Shared;

/// <summary>Opens two pictures of an asset under one slider.</summary>
internal static class CompareDialogs
{
    public static Task CompareAsync(this IDialogService dialogs, string organization, AssetResponse asset, ComparedImage before, ComparedImage after) =>
        dialogs.ShowAsync<CompareDialog>(
        $"{before.Name} and {after.Name}",
        new DialogParameters<CompareDialog> { { one => one.Organization, organization }, { one => one.Asset, asset }, { one => one.Before, before },
            { one => one.After, after } },
        new DialogOptions { MaxWidth = MaxWidth.Large, FullWidth = true, CloseButton = true, CloseOnEscapeKey = true });
}
