using ImageService.Portal.Client;
using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ImageService.Portal.Components.Shared;

/// <summary>
/// A page or part of one that shows what the Api answers: loaded when it is interactive and when its parameters change, with one way to say what went wrong
/// and one to run
/// what a person asked for.
/// </summary>
public abstract class LoadedPage : ComponentBase, IDisposable
{
    private readonly Leave _leave = new();
    private string? _loaded;

    [Inject]
    private protected ImageServiceClient Client { get; set; } = null!;

    [Inject]
    private protected Workspace Workspace { get; set; } = null!;

    [Inject]
    private protected ISnackbar Snackbar { get; set; } = null!;

    [Inject]
    private protected IDialogService Dialogs { get; set; } = null!;

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Leaving => _leave.Token;

    /// <summary>Why it could not be loaded.</summary>
    protected ApiProblem? Problem { get; set; }

    /// <summary>Whether something asked for is being done.</summary>
    protected bool Busy { get; private set; }

    /// <summary>What is loaded, as text; another one is loaded anew.</summary>
    protected abstract string Subject { get; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _leave.Cancel();
        _leave.Dispose();
    }

    /// <summary>Asks the Api and sets <see cref="Problem"/> where it refuses.</summary>
    protected abstract Task LoadAsync();

    protected override async Task OnParametersSetAsync()
    {
        if (!RendererInfo.IsInteractive || _loaded == Subject)
            return;
        _loaded = Subject;
        await ReloadAsync();
    }

    protected async Task ReloadAsync()
    {
        string subject;
        do
        {
            // A slow answer for what was looked at before may come after the quick one for what is looked at now.
            subject = Subject;
            Problem = null;
            await LoadAsync();
        }
        while (subject != Subject);
        StateHasChanged();
    }

    /// <summary>The answer's value, or null with <see cref="Problem"/> set.</summary>
    private protected T? Take<T>(ApiAnswer<T> answer)
        where T : class
    {
        if (!answer.IsSuccess)
            Problem = answer.Problem;
        return answer.Value;
    }

    /// <summary>Does what a person asked for: tells what came of it and loads anew.</summary>
    /// <returns>The answer, to show what it brought.</returns>
    private protected async Task<ApiAnswer<T>> DoAsync<T>(Task<ApiAnswer<T>> asked, string done)
    {
        Busy = true;
        StateHasChanged();
        ApiAnswer<T> answer;
        try
        {
            answer = await asked;
        }
        finally
        {
            Busy = false;
        }

        Snackbar.Add(answer.IsSuccess ? done : answer.Problem.Text, answer.IsSuccess ? Severity.Success : Severity.Error);
        if (answer.IsSuccess)
            await ReloadAsync();
        return answer;
    }

    /// <summary>Whether the person means it. The button says what it does.</summary>
    protected Task<bool> SureAsync(string title, string text, string does) => Dialogs.AskSureAsync(title, text, does);

    /// <summary>Shows a secret once.</summary>
    protected async Task TellSecretAsync(string title, string secret, string? note = null)
    {
        var dialog = await Dialogs.ShowAsync<SecretDialog>(
            title, new DialogParameters<SecretDialog> { { one => one.Secret, secret }, { one => one.Note, note } },
            new DialogOptions { BackdropClick = false, CloseOnEscapeKey = false, FullWidth = true });
        await dialog.Result;
    }
}
