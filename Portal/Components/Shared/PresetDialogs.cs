using ImageService.Portal.Client;
using MudBlazor;

namespace ImageService.Portal.Components.Shared;

/// <summary>Opens the form of a preset.</summary>
internal static class PresetDialogs
{
    /// <param name="dialogs">The page's dialogs.</param>
    /// <param name="at">Where it will be set.</param>
    /// <param name="preset">The one to change, or of a level above to override; null for a new one.</param>
    /// <param name="operations">What the form begins with; null for the preset's own.</param>
    /// <returns>What is to be saved; null where the person left it.</returns>
    public static async Task<SavePresetRequest?> EditPresetAsync(this IDialogService dialogs, Level at, PresetResponse? preset, string? operations = null)
    {
        var dialog = await dialogs.ShowAsync<PresetDialog>(
            preset is null ? "New preset" : preset.Level == at.Kind ? $"Change {preset.Name}" : $"Override {preset.Name} here",
            new DialogParameters<PresetDialog> { { one => one.At, at }, { one => one.Preset, preset }, { one => one.Operations, operations } },
            new DialogOptions { MaxWidth = MaxWidth.Large, FullWidth = true, CloseButton = true });
        return await dialog.Result is { Canceled: false, Data: SavePresetRequest request } ? request : null;
    }
}
