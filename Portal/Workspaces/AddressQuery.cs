using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace ImageService.Portal.Workspaces;

/// <summary>
/// What a page keeps in its address's query. Over a slow line the browser tells of one change only after the next was made: changes add to what was asked
/// for last, not to what the browser has told so far.
/// </summary>
public sealed class AddressQuery : IDisposable
{
    private readonly NavigationManager _navigation;
    private readonly OpenCircuit _circuit;
    private string? _asked;

    public AddressQuery(NavigationManager navigation, OpenCircuit circuit)
    {
        (_navigation, _circuit) = (navigation, circuit);
        navigation.LocationChanged += Follow;
    }

    public void Dispose() => _navigation.LocationChanged -= Follow;

    /// <summary>Changes parts of the query; nothing happens where they are so already, or the page is gone.</summary>
    /// <param name="replaces">Whether Back passes over what was shown before.</param>
    /// <param name="changes">Names and values; null takes a part away.</param>
    public void Set(bool replaces, params (string Name, string? Value)[] changes)
    {
        if (_circuit.IsClosed)
            return;
        var from = _asked is not null && PathOf(_asked) == PathOf(_navigation.Uri) ? _asked : _navigation.Uri;
        var to = _navigation.GetUriWithQueryParameters(
            from, changes.ToDictionary(change => change.Name, change => (object?)change.Value, StringComparer.Ordinal));
        if (to == from)
            return;
        _asked = to;
        _navigation.NavigateTo(to, new NavigationOptions { ReplaceHistoryEntry = replaces });
    }

    private static string PathOf(string uri) => new Uri(uri).AbsolutePath;

    private void Follow(object? sender, LocationChangedEventArgs change)
    {
        if (change.Location == _asked || change.IsNavigationIntercepted)
            _asked = null;
    }
}
