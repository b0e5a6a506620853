using ImageService.Portal.Client;

namespace ImageService.Portal.Components.Pages.Library;

/// <summary>
/// A list that the Api gives a part at a time, each from the cursor that the one before ended with. Of parts far from what is looked at only their cursor
/// and how many they had is kept: they are read again when somebody comes back to them, so that a list of any length takes little memory.
/// </summary>
public sealed class AssetListing
{
    /// <summary>Assets of a part after the first one.</summary>
    public const int PartSize = 96;

    /// <summary>Assets that are asked for beyond a part that is read again: so many may have come into it meanwhile.</summary>
    private const int Slack = 24;

    /// <summary>Assets that are kept on either side of what is looked at.</summary>
    private const int Kept = 960;

    /// <summary>Parts and characters of their cursors that are told, so that a browser can keep them.</summary>
    private const int MostMarks = 60, MostText = 8_000;

    private readonly List<Part> _parts = [];
    private string? _next;
    private bool _ended;

    /// <summary>Assets that are known of, read or not.</summary>
    public int Count => _parts.Sum(static part => part.Count);

    /// <summary>Whether nothing comes after what is known of.</summary>
    public bool IsWhole => _ended;

    /// <summary>Assets that are in memory, in their order.</summary>
    public IEnumerable<AssetResponse> Read => _parts.SelectMany(static part => part.Items ?? []);

    /// <summary>The list as it was known when a browser was told of it; nothing of it is read yet.</summary>
    public static AssetListing From(IReadOnlyList<ListingMark> marks)
    {
        var listing = new AssetListing();
        foreach (var mark in marks)
        {
            if (mark.Count > 0)
                listing._parts.Add(new Part(mark.Cursor) { Count = mark.Count, First = mark.First });
            else listing._next = mark.Cursor;
        }

        listing._ended = listing._parts.Count > 0 && listing._next is null;
        return listing;
    }

    /// <summary>What <see cref="From"/> takes: parts in their order, several as one where there are many, then with no assets where it goes on.</summary>
    public IReadOnlyList<ListingMark> Marks()
    {
        var known = _parts.Where(static part => part.Count > 0).ToList();
        var together = 1 + Math.Max((known.Count - 1) / MostMarks, known.Sum(static part => part.Cursor?.Length ?? 0) / MostText);
        return
        [
            .. known.Chunk(together).Select(static some => new ListingMark(some[0].Cursor, some.Sum(static part => part.Count), some[0].First)),
            .. _ended ? [] : new[] { new ListingMark(_next, 0, null) },
        ];
    }

    /// <summary>Assets of a stretch; null where one is not read.</summary>
    public IEnumerable<(int Index, AssetResponse? Asset)> Stretch(int first, int count)
    {
        var from = 0;
        foreach (var part in _parts)
        {
            for (var index = Math.Max(first, from); index < Math.Min(first + count, from + part.Count); index++)
                yield return (index, part.Items?[index - from]);
            from += part.Count;
        }
    }

    /// <summary>Assets in memory around one, without a gap.</summary>
    public IReadOnlyList<AssetResponse> Around(int index)
    {
        var number = Math.Max(0, NumberOf(index));
        var before = _parts.Take(number).Reverse().TakeWhile(static part => part.Items is not null).Reverse();
        return [.. before.Concat(_parts.Skip(number).TakeWhile(static part => part.Items is not null)).SelectMany(static part => part.Items!)];
    }

    /// <summary>The first part that a stretch needs and that is not read; null where all is there.</summary>
    public ListingPart? Missing(int first, int count)
    {
        var from = 0;
        for (var number = 0; number < _parts.Count; from += _parts[number++].Count)
        {
            if (_parts[number].Items is null && from < first + count && from + _parts[number].Count > first)
                return AskFor(number);
        }

        return !_ended && from < first + count ? new ListingPart(_parts.Count, _next, _parts.Count == 0 ? AssetFilter.Usual : PartSize) : null;
    }

    /// <summary>Parts that are read and of which a stretch shows something.</summary>
    public IEnumerable<ListingPart> Shown(int first, int count)
    {
        if (_parts.Count == 0)
            return [];
        var (from, to) = (Math.Max(0, NumberOf(first)), NumberOf(first + Math.Max(count, 1) - 1));
        return Enumerable.Range(from, (to < 0 ? _parts.Count : to + 1) - from).Where(number => _parts[number].Items is not null).Select(AskFor);
    }

    /// <summary>Takes what was asked for a part. What follows it stays where the answer says where that begins, and is unknown where it does not.</summary>
    public void Fill(ListingPart part, IReadOnlyList<AssetResponse> items, string? next)
    {
        if (part.Number == _parts.Count)
        {
            _parts.Add(new Part(part.Cursor));
            (_next, _ended) = (next, next is null);
        }

        var filled = _parts[part.Number];
        var after = _parts.ElementAtOrDefault(part.Number + 1);
        List<AssetResponse> known =
        [
            .. after?.First is { } begin ? items.TakeWhile(asset => asset.Id != begin) : items.Take(after is null ? items.Count : filled.Count),
        ];
        var (asked, left) = (filled.Count, filled.Count - items.Count);
        var others = _parts.Where(other => other != filled).SelectMany(static other => other.Items ?? []).Select(static asset => asset.Id)
            .ToHashSet(StringComparer.Ordinal);
        filled.Take([.. known.Where(asset => !others.Contains(asset.Id))]);
        if (after is null && asked == 0)
            return;
        if (after?.First is not null && known.Count < items.Count)
            return;

        // Several parts as one, of which this was the beginning.
        if (next is not null && left > 0)
        {
            _parts.Insert(part.Number + 1, new Part(next) { Count = left });
            return;
        }

        if (next is not null && after is { First: null })
            return;
        _parts.RemoveRange(part.Number + 1, _parts.Count - part.Number - 1);
        (_next, _ended) = (next, next is null);
    }

    /// <summary>Brings assets up to date where they stand; those that the answer should have and has not are gone.</summary>
    /// <returns>Ids of those that are gone.</returns>
    public IReadOnlyList<string> Refresh(ListingPart part, IReadOnlyList<AssetResponse> items, string? next)
    {
        if (_parts.ElementAtOrDefault(part.Number) is not { } shown || shown.Cursor != part.Cursor)
            return []; // other parts are known by now
        var after = _parts.ElementAtOrDefault(part.Number + 1);
        var now = items.ToDictionary(static asset => asset.Id, StringComparer.Ordinal);
        List<AssetResponse> stood = shown.Items ?? [];

        // Where the answer ends within what is shown, what comes after that may be there.
        var reaches = next is null || (after?.First is { } begin && now.ContainsKey(begin))
            ? stood.Count : stood.FindLastIndex(asset => now.ContainsKey(asset.Id));
        List<string> gone = [.. stood.Take(reaches).Select(static asset => asset.Id).Where(id => !now.ContainsKey(id))];
        shown.Take([.. stood.Where(asset => !gone.Contains(asset.Id)).Select(asset => now.GetValueOrDefault(asset.Id, asset))]);
        return gone;
    }

    /// <summary>How many came, of what is the list's beginning now.</summary>
    /// <param name="now">The beginning.</param>
    /// <param name="inOrderOfTime">Whether the newest come first; else only those before all that are known count.</param>
    public int Fresh(IReadOnlyList<AssetResponse> now, bool inOrderOfTime)
    {
        var known = Read.Select(static asset => asset.Id).Concat(_parts.Select(static part => part.First).OfType<string>()).ToHashSet(StringComparer.Ordinal);
        var last = now.Index().LastOrDefault(one => known.Contains(one.Item.Id), (Index: -1, Item: null!)).Index;
        if (last < 0 && _parts.FirstOrDefault()?.Items is null)
            return 0;
        return now.Take(last < 0 || _ended ? now.Count : last).TakeWhile(asset => inOrderOfTime || !known.Contains(asset.Id))
            .Count(asset => !known.Contains(asset.Id));
    }

    /// <summary>Forgets what is far from a stretch, but never the beginning: it tells what is new.</summary>
    public void Forget(int first, int count)
    {
        var from = 0;
        foreach (var part in _parts)
        {
            if (from > 0 && (from + part.Count < first - Kept || from > first + count + Kept))
                part.Forget();
            from += part.Count;
        }
    }

    private ListingPart AskFor(int number) =>
        new(number, _parts[number].Cursor, Math.Clamp(_parts[number].Count + Slack, AssetFilter.Usual, AssetFilter.Most));

    private int NumberOf(int index)
    {
        var from = 0;
        return _parts.FindIndex(part => index < (from += part.Count));
    }

    private sealed class Part(string? cursor)
    {
        /// <summary>Of the part before it; null for the first.</summary>
        public string? Cursor { get; } = cursor;

        public int Count { get; set; }

        /// <summary>Id of its first asset, as it was last read.</summary>
        public string? First { get; set; }

        /// <summary>Null while it is not in memory.</summary>
        public List<AssetResponse>? Items { get; private set; }

        public void Take(List<AssetResponse> items) => (Items, Count, First) = (items, items.Count, items.Count == 0 ? null : items[0].Id);

        public void Forget() => Items = null;
    }
}
