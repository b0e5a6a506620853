using System.Globalization;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ImageService.Portal.Components.Pages.Library;

/// <summary>
/// The tiles or rows of a list of any length, of which only what is on the screen and a little beside it is drawn. The browser tells how tall rows are and
/// how many stand in one.
/// </summary>
public sealed partial class TileGrid
{
    private readonly Leave _leave = new();
    private TileWindow _window = TileWindow.Unmeasured;
    private AssetListing? _of;
    private (int Index, AssetResponse Asset)? _held;
    private ListPlace? _goTo;
    private bool _toTop;
    private (string, AssetListing, int, int) _told;
    private IJSObjectReference? _module, _browser;
    private DotNetObjectReference<TileGrid>? _self;

    [Parameter, EditorRequired]
    public required string Organization { get; set; }

    /// <summary>What is looked for.</summary>
    [Parameter, EditorRequired]
    public required string Of { get; set; }

    [Parameter, EditorRequired]
    public required AssetListing Listing { get; set; }

    /// <summary>Where it begins; null for the top.</summary>
    [Parameter]
    public ListPlace? Place { get; set; }

    /// <summary>Images that are chosen, by id.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyDictionary<string, ChosenImage> Chosen { get; set; }

    /// <summary>Images that there are; null while unknown.</summary>
    [Parameter]
    public long? Total { get; set; }

    /// <summary>Whether one stands in a row.</summary>
    [Parameter]
    public bool AsList { get; set; }

    /// <summary>Whether tiles say when they were last used.</summary>
    [Parameter]
    public bool TellsUse { get; set; }

    /// <summary>Whether some have tags: then all have room for them, and rows are of one height.</summary>
    [Parameter]
    public bool Tagged { get; set; }

    [Parameter]
    public EventCallback<(AssetResponse Asset, bool Chosen)> ChosenChanged { get; set; }

    [Parameter]
    public EventCallback<string> TagPicked { get; set; }

    /// <summary>Other tiles are looked at. No <see cref="EventCallback"/>: the page around it is drawn anew only once there is something new to show.</summary>
    [Parameter]
    public Action? Moved { get; set; }

    /// <summary>Tiles that should be there now: those that are drawn, and some screens ahead.</summary>
    internal (int First, int Count) Wanted => _window.Ahead(Tiles);

    /// <summary>Where it is now, as far as the browser told.</summary>
    internal ListPlace Here => new()
    {
        Of = Of, Marks = Listing.Marks(), First = _window.FirstRow * _window.Columns, Columns = _window.Columns, Pitch = _window.Pitch, Rows = _window.Rows,
    };

    /// <summary>Tiles that are drawn.</summary>
    internal TileStretch Stretch => _window.Of(Tiles);

    /// <summary>Those that are known, and the part that comes next: its tiles have their place before they are there, so that nothing moves.</summary>
    private int Tiles => Listing.Count + (Listing.IsWhole ? 0 : (int)Math.Clamp((Total ?? 0) - Listing.Count, 0, AssetListing.PartSize));

    private long Size => Listing.IsWhole ? Listing.Count : Math.Max(Total ?? -1, Listing.Count);

    private string Room => string.Create(CultureInfo.InvariantCulture, $"padding-top:{Stretch.Above:0.####}px;padding-bottom:{Stretch.Below:0.####}px");

    private IEnumerable<(int Index, AssetResponse? Asset)> Drawn
    {
        get
        {
            var stretch = Stretch;
            var from = Math.Max(stretch.First, Listing.Count);
            var coming = Enumerable.Range(from, Math.Max(0, stretch.First + stretch.Count - from)).Select(static index => (Index: index, Asset: (AssetResponse?)null));
            var tiles = Listing.Stretch(stretch.First, stretch.Count).Concat(coming);
            if (_held is not { } held || !IsHeld(held.Index) || tiles.Any(tile => tile.Asset?.Id == held.Asset.Id))
                return tiles;
            (int Index, AssetResponse? Asset)[] one = [held];
            return held.Index < stretch.First ? one.Concat(tiles) : tiles.Concat(one);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync();
        _leave.Dispose();
        try
        {
            if (_browser is not null)
            {
                await _browser.InvokeVoidAsync("dispose", CancellationToken.None);
                await _browser.DisposeAsync();
            }

            if (_module is not null)
                await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and its listeners with it.
        }

        _self?.Dispose();
    }

    /// <summary>How the tiles stand in the browser.</summary>
    /// <param name="columns">In a row.</param>
    /// <param name="pitch">px from a row's top to the next one's.</param>
    /// <param name="firstRow">The first on the screen, from 0.</param>
    /// <param name="rows">On the screen.</param>
    /// <param name="focused">Index of the tile with the focus, which stays drawn; -1 for none.</param>
    [JSInvokable]
    public Task Seen(int columns, double pitch, int firstRow, int rows, int focused) => InvokeAsync(() =>
    {
        var window = TileWindow.Measured(columns, pitch, firstRow, rows);
        if (Listing.Stretch(focused, 1).FirstOrDefault() is { Asset: { } asset })
            _held = (focused, asset);
        else if (focused < 0)
            _held = null;
        if (window == _window)
            return;
        _window = window;
        StateHasChanged();
        Moved?.Invoke();
    });

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_of, Listing))
            return;
        var isFirst = _of is null;
        (_of, _held) = (Listing, null);
        if (Place is not null)
            (_window, _goTo) = (Place.Window, isFirst ? Place : null);
        else if (!isFirst)
            (_window, _toTop) = (TileWindow.Measured(_window.Columns, _window.Pitch, 0, _window.Rows), true);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Script.InvokeAsync<IJSObjectReference>("import", _leave.Token, "./js/portal.js");
            _browser = await _module.InvokeAsync<IJSObjectReference>("watchTiles", _leave.Token, _self);
        }

        if (_browser is null)
            return;
        if (_told != (Of, Listing, Listing.Count, Chosen.Count))
        {
            _told = (Of, Listing, Listing.Count, Chosen.Count);
            await _browser.InvokeVoidAsync("know", _leave.Token, new ListPlace { Of = Of, Marks = Listing.Marks(), Chosen = ChosenImage.IfFew(Chosen.Values) });
        }

        if (_goTo is { } place)
        {
            _goTo = null;
            await _browser.InvokeVoidAsync("goTo", _leave.Token, place.First, place.Offset);
        }

        if (_toTop)
        {
            _toTop = false;
            await _browser.InvokeVoidAsync("top", _leave.Token);
        }
    }

    private bool IsHeld(int index) => _held?.Index == index && (index < Stretch.First || index >= Stretch.First + Stretch.Count);

    private string? PlaceOf(int index) => !IsHeld(index) ? null
        : string.Create(CultureInfo.InvariantCulture, $"top:{index / _window.Columns * _window.Pitch:0.####}px");
}
