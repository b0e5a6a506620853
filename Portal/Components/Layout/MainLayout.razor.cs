using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;

namespace ImageService.Portal.Components.Layout;

/// <summary>The frame of every page: side bar, breadcrumb, search, account; keys of the whole portal.</summary>
public sealed partial class MainLayout : LayoutComponentBase, IAsyncDisposable
{
    private readonly Leave _leave = new();
    private MudThemeProvider? _provider;
    private ErrorBoundary? _boundary;
    private IJSObjectReference? _module;
    private IJSObjectReference? _shell;
    private DotNetObjectReference<MainLayout>? _self;
    private ApiProblem? _problem;
    private Level? _level;
    private bool _ready;
    private bool _folded;
    private bool _more;
    private bool _asking;

    /// <summary>
    /// Null until known: the cookie's choice, else the system's. Carried from the first rendering to the interactive one, so that nothing flickers.
    /// </summary>
    [PersistentState]
    public bool? Dark { get; set; }

    [CascadingParameter]
    private HttpContext? Context { get; set; }

    private bool IsDark => Dark ?? false;

    public async ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= Follow;
        await _leave.CancelAsync();
        _leave.Dispose();
        try
        {
            if (_shell is not null)
            {
                await _shell.InvokeVoidAsync("dispose", CancellationToken.None);
                await _shell.DisposeAsync();
            }

            if (_module is not null)
                await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the module with it.
        }

        _self?.Dispose();
    }

    /// <summary>A key that the server must answer.</summary>
    [JSInvokable]
    public Task Shortcut(string name) => name == "help" ? InvokeAsync(() => Dialogs.ShowAsync<Shortcuts>("Keys")) : InvokeAsync(OpenPaletteAsync);

    /// <summary>What stood in the page when its circuit was lost is in its fields again; or waits for a dialog to be opened.</summary>
    /// <param name="dialog">The dialog's title; null where all is back.</param>
    [JSInvokable]
    public void TypedIsBack(string? dialog) => Snackbar.Add(
        dialog is null ? "The page had to be loaded anew. What you had typed is back." : $"What you had typed comes back when you open “{dialog}” again.",
        Severity.Info);

    protected override async Task OnInitializedAsync()
    {
        Dark ??= Context?.Request.Cookies["theme"] switch { "dark" => true, "light" => false, _ => null };
        _level = Rooms.LevelOf(new Uri(Navigation.Uri).AbsolutePath);
        Navigation.LocationChanged += Follow;
        if (RendererInfo.IsInteractive)
            await LoadAsync();
    }

    protected override void OnParametersSet() => _boundary?.Recover();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        if (Dark is null && _provider is not null)
        {
            Dark = await _provider.GetSystemDarkModeAsync();
            StateHasChanged();
        }

        _self = DotNetObjectReference.Create(this);
        _module = await Script.InvokeAsync<IJSObjectReference>("import", _leave.Token, "./js/portal.js");
        _shell = await _module.InvokeAsync<IJSObjectReference>("shell", _leave.Token, _self);
    }

    private static string Text(bool value) => value ? "true" : "false";

    /// <summary>What the address names and is not there for this person; null where everything is.</summary>
    private string? Missing =>
        _level is null ? null : !Workspace.Organizations.ContainsKey(_level.Organization) ? "organization" : Workspace.Has(_level) ? null : _level.Kind;

    private async Task LoadAsync()
    {
        // Names of places stand in titles and headings: they come with the first page, at the same time as the person.
        var places = _level is null ? null : Workspace.PlacesAsync(_level.Organization, _leave.Token);
        _problem = await Workspace.LoadAsync(_leave.Token);
        if (places is not null)
            await places;
        _ready = _problem is null;
    }

    private void Follow(object? sender, LocationChangedEventArgs change)
    {
        _level = Rooms.LevelOf(new Uri(change.Location).AbsolutePath);
        _more = false;
        _ = InvokeAsync(StateHasChanged);
    }

    private async Task OpenPaletteAsync()
    {
        if (_asking || !_ready)
            return;
        _asking = true;
        try
        {
            var dialog =
                await Dialogs.ShowAsync<CommandPalette>("Search or go to",
                    new DialogParameters<CommandPalette> { { palette => palette.At, _level }, { palette => palette.IsLibrary, IsLibrary } },
                    new DialogOptions { CloseButton = false, CloseOnEscapeKey = true, Position = DialogPosition.TopCenter });
            if (await dialog.Result is not { Canceled: false } chosen)
                return;
            if (chosen.Data is string address)
                Navigation.NavigateTo(address);
            else if (chosen.Data is Level space)
                await UploadToAsync(space);
            else if (chosen.Data is PaletteAction action)
                await DoAsync(action);
        }
        finally
        {
            _asking = false;
        }
    }

    private bool IsLibrary => _level is { Space: not null } && new Uri(Navigation.Uri).AbsolutePath.TrimEnd('/') == _level.Address;

    private Task DoAsync(PaletteAction action) => action switch
    {
        PaletteAction.Upload => UploadAsync(),
        PaletteAction.SwitchTheme => ToggleThemeAsync(),
        PaletteAction.SignOut => SignOutAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    /// <summary>As the button of the account's menu does: its form carries the token without which another site could do it.</summary>
    private async Task SignOutAsync()
    {
        if (_module is not null)
            await _module.InvokeVoidAsync("signOut", _leave.Token);
    }

    private async Task UploadAsync()
    {
        if (_module is not null)
            await _module.InvokeVoidAsync("chooseFiles", _leave.Token);
    }

    /// <summary>Files are chosen where the person is; the tray brings them to the space.</summary>
    private async Task UploadToAsync(Level space)
    {
        if (_module is not null)
            await _module.InvokeVoidAsync("chooseFilesFor", _leave.Token, space.Organization, space.Tenant, space.Space, Workspace.NameOf(space));
    }

    private async Task ToggleThemeAsync()
    {
        Dark = !IsDark;
        _module ??= await Script.InvokeAsync<IJSObjectReference>("import", _leave.Token, "./js/portal.js");
        await _module.InvokeVoidAsync("rememberTheme", _leave.Token, IsDark ? "dark" : "light");
    }

    private Task LookAgainAsync()
    {
        Workspace.Forget(_level!.Organization);
        return LoadAsync();
    }

    private void Recover() => _boundary?.Recover();
}
