using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Library;

/// <content>Folders: walked through, made, moved. One is there as long as an image is in it or below it.</content>
public sealed partial class LibraryPage
{
    internal static string Parent(string folder) => folder.LastIndexOf('/') is > 0 and var slash ? folder[..slash] : "/";

    private void OpenFolder(string folder) => Go(("folder", folder == "/" ? null : folder));

    private async Task MakeFolderAsync()
    {
        var dialog = await Dialogs.ShowAsync<TextDialog>(
            _folder == "/" ? "New folder" : $"New folder in {_folder}",
            new DialogParameters<TextDialog>
            {
                { one => one.Label, "Name" }, { one => one.Help, "It is kept once an image is in it." }, { one => one.Button, "Open it" },
            });
        if (await dialog.Result is { Canceled: false, Data: string name } && name.Trim(' ', '/') is { Length: > 0 } inside)
            OpenFolder($"{_folder.TrimEnd('/')}/{inside}");
    }

    private async Task MoveFolderAsync()
    {
        var dialog = await Dialogs.ShowAsync<TextDialog>(
            $"Rename or move {_folder}",
            new DialogParameters<TextDialog>
            {
                { one => one.Label, "Folder" }, { one => one.Initial, _folder },
                { one => one.Help, "With everything below it. Addresses of images stay as they are." }, { one => one.Button, "Move" },
            });
        if (await dialog.Result is not { Canceled: false, Data: string to } || to.Trim() == _folder)
            return;
        var answer = await Client.MoveFolderAsync(Organization, new MoveFolderRequest(Tenant, Space, _folder, to.Trim()), _leave.Token);
        if (!answer.IsSuccess)
        {
            Snackbar.Add(answer.Problem.Text, Severity.Error);
            return;
        }

        Snackbar.Add($"{answer.Value.Assets} {(answer.Value.Assets == 1 ? "image is" : "images are")} in {answer.Value.To} now", Severity.Success);
        OpenFolder(answer.Value.To);
    }
}
