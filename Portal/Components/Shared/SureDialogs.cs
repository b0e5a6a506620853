using MudBlazor;

namespace ImageService.Portal.Components.Shared;

/// <summary>Asks before what cannot be taken back, or stops something at once. The button is red and says what it does.</summary>
internal static class SureDialogs
{
    public static async Task<bool> AskSureAsync(this IDialogService dialogs, string title, string text, string does)
    {
        var dialog = await dialogs.ShowAsync<SureDialog>(title, new DialogParameters<SureDialog> { { one => one.Text, text }, { one => one.Does, does } });
        return await dialog.Result is { Canceled: false };
    }
}
