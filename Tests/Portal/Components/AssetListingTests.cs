using System.Globalization;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Library;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>A list read in parts, before a list of the Api that changes meanwhile.</summary>
public sealed class AssetListingTests : ComponentTest
{
    private const int Many = 10_000;

    /// <summary>What the Api has; the cursor is the last one's id.</summary>
    private readonly List<string> _stored = [.. Enumerable.Range(0, Many).Select(Id)];

    private int _asked;

    [Fact]
    public void However_far_one_went_little_is_kept_and_what_was_forgotten_is_read_again()
    {
        AssetListing listing = new();
        for (var first = 0; first < Many; first += 40)
            Look(listing, first);
        (listing.Count, listing.IsWhole).ShouldBe((Many, true));
        listing.Read.Count().ShouldBeLessThan(2500);
        var asked = _asked;
        Shown(listing, 2000).ShouldBe(_stored[2000..2040]);
        (_asked - asked).ShouldBeLessThanOrEqualTo(2);
        listing.Around(2000).Select(asset => asset.Id).ShouldBe(_stored[1968..2064], "neighbours are next to each other");
    }

    [Fact]
    public void A_place_is_told_in_little_and_found_again_without_reading_what_is_before_it()
    {
        AssetListing listing = new();
        for (var first = 0; first < Many - 500; first += 40)
            Look(listing, first);
        var marks = listing.Marks();
        marks.Count.ShouldBeLessThanOrEqualTo(61);
        var asked = _asked;
        var again = AssetListing.From(marks);
        again.Count.ShouldBe(listing.Count);
        Shown(again, 8000).ShouldBe(_stored[8000..8040]);
        (_asked - asked).ShouldBeLessThanOrEqualTo(2);
        Shown(again, 0).ShouldBe(_stored[..40]);
        Shown(again, Many - 40).ShouldBe(_stored[^40..]);
        again.IsWhole.ShouldBeTrue();
    }

    [Fact]
    public void Parts_that_were_told_as_one_are_read_by_and_by_with_none_left_out()
    {
        var again = AssetListing.From([new ListingMark(null, 2000, _stored[0]), new ListingMark(_stored[1999], Many - 2000, _stored[2000])]);
        Shown(again, 1900).ShouldBe(_stored[1900..1940]);
        List<string> all = [];
        for (var first = 0; first < Many; first += 40)
            all.AddRange(Shown(again, first));
        all.ShouldBe(_stored);
    }

    [Fact]
    public void What_came_and_went_meanwhile_is_neither_shown_twice_nor_left_out()
    {
        AssetListing listing = new();
        for (var first = 0; first < 3000; first += 40)
            Look(listing, first);
        _stored.RemoveRange(20, 20);
        _stored.Remove(Id(144)); // a part began with it
        _stored.InsertRange(100, Enumerable.Range(0, 10).Select(number => $"new-{number:00}"));
        _stored.InsertRange(0, Enumerable.Range(0, 5).Select(number => $"top-{number:00}"));
        var again = AssetListing.From(listing.Marks());
        List<string> all = [];
        for (var first = 0; first < again.Count || !again.IsWhole; first += 40)
            all.AddRange(Shown(again, first));
        all.Distinct(StringComparer.Ordinal).Count().ShouldBe(all.Count);
        all.ShouldBe(_stored);
    }

    [Fact]
    public void What_changed_or_is_gone_is_brought_up_to_date_where_it_stands_and_what_came_is_counted()
    {
        AssetListing listing = new();
        Look(listing, 0);
        var (shown, part) = (listing.Count, listing.Shown(0, 40).First());
        _stored.RemoveAt(3);
        _stored.InsertRange(0, ["top-0", "top-1"]);
        var (now, next) = Ask(part with { Cursor = null });
        listing.Fresh(now, inOrderOfTime: true).ShouldBe(2);
        listing.Refresh(part, now, next).ShouldBe([Id(3)]);
        listing.Count.ShouldBe(shown - 1);
        listing.Read.First().Id.ShouldBe(Id(0), "nothing is pushed in above");
        listing.Fresh(Ask(part).Items, inOrderOfTime: true).ShouldBe(2);
    }

    [Fact]
    public void A_list_of_none_is_whole_once_that_was_asked()
    {
        _stored.Clear();
        AssetListing listing = new();
        listing.IsWhole.ShouldBeFalse();
        Look(listing, 0);
        (listing.Count, listing.IsWhole, _asked).ShouldBe((0, true, 1));
        listing.Marks().ShouldBeEmpty();
    }

    private static string Id(int number) => number.ToString("00000", CultureInfo.InvariantCulture);

    private IEnumerable<string> Shown(AssetListing listing, int first)
    {
        Look(listing, first);
        return listing.Stretch(first, 40).Select(tile => tile.Asset.ShouldNotBeNull().Id);
    }

    private void Look(AssetListing listing, int first)
    {
        while (listing.Missing(first, 40) is { } part)
        {
            var (items, next) = Ask(part);
            listing.Fill(part, items, next);
        }

        listing.Forget(first, 40);
    }

    private (List<AssetResponse> Items, string? Next) Ask(ListingPart part)
    {
        _asked++;
        part.Limit.ShouldBeInRange(1, AssetFilter.Most);
        var from = part.Cursor is null ? 0 : _stored.IndexOf(part.Cursor) + 1;
        List<AssetResponse> items = [.. _stored.Skip(from).Take(part.Limit).Select(id => Asset(id))];
        return (items, from + part.Limit < _stored.Count ? items[^1].Id : null);
    }
}
