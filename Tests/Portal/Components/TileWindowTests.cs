using ImageService.Portal.Components.Pages.Library;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>Which tiles of a long list are drawn, and what room the others have.</summary>
[Trait("Level", "Unit")]
public sealed class TileWindowTests
{
    private const int Many = 100_000;
    private const double Pitch = 277.3125;

    [Fact]
    public void Before_the_browser_told_how_tiles_stand_the_first_are_drawn_and_no_room_is_left()
    {
        TileWindow.Unmeasured.Of(Many).ShouldBe(new TileStretch(0, 40, 0, 0));
        TileWindow.Unmeasured.Of(7).ShouldBe(new TileStretch(0, 7, 0, 0));
        TileWindow.Unmeasured.Of(0).ShouldBe(new TileStretch(0, 0, 0, 0));
    }

    [Theory]
    [InlineData(5, 4, 40)] // a laptop
    [InlineData(2, 4, 40)] // a phone
    [InlineData(1, 15, 41)] // a list
    [InlineData(9, 7, 81)] // as large as a screen gets: it takes that many
    public void Wherever_one_is_about_forty_are_drawn_or_as_many_as_the_screen_takes_and_a_row_on_either_side(int columns, int rows, int most)
    {
        var all = (Many + columns - 1) / columns;
        foreach (var first in new[] { 0, 1, 77, all / 2, all - rows, all - 1 })
        {
            var drawn = TileWindow.Measured(columns, Pitch, first, rows).Of(Many);
            drawn.Count.ShouldBeLessThanOrEqualTo(most);
            drawn.First.ShouldBeLessThanOrEqualTo(Math.Max(0, (Math.Min(first, all - rows) - 1) * columns), "a row above the screen is there");
            (drawn.First + drawn.Count).ShouldBeGreaterThanOrEqualTo(Math.Min(Many, (Math.Min(first, all - rows) + rows + 1) * columns), "and one below it");
            (drawn.First % columns).ShouldBe(0, "rows stay whole");
            var tall = drawn.Above + drawn.Below + ((drawn.Count + columns - 1) / columns * Pitch);
            tall.ShouldBe(all * Pitch, 0.001, "the list is as tall as if all were drawn");
        }
    }

    [Fact]
    public void Where_a_list_became_shorter_than_one_was_in_it_its_end_is_drawn()
    {
        var drawn = TileWindow.Measured(5, Pitch, 200, 4).Of(23);
        (drawn.First + drawn.Count, drawn.Below).ShouldBe((23, 0));
    }

    [Fact]
    public void What_a_browser_cannot_have_measured_does_no_harm()
    {
        TileWindow.Measured(0, double.NaN, -3, 0).Of(Many).Count.ShouldBe(40);
        TileWindow.Measured(int.MaxValue, double.PositiveInfinity, int.MaxValue, int.MaxValue).Of(Many).Count.ShouldBeLessThanOrEqualTo(40);
        TileWindow.Measured(int.MaxValue, 1e9, int.MaxValue, int.MaxValue).Of(Many).Count.ShouldBeLessThanOrEqualTo(5200);
    }

    [Fact]
    public void Three_screens_ahead_are_wanted()
    {
        var (first, count) = TileWindow.Measured(5, Pitch, 10, 4).Ahead(Many);
        (first + count).ShouldBeGreaterThanOrEqualTo((10 + 4 + 12) * 5);
    }
}
