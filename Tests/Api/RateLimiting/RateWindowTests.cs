using CsCheck;
using ImageService.Api.RateLimiting;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.RateLimiting;

[Trait("Level", "Unit")]
public sealed class RateWindowTests
{
    private const long Window = 60_000;

    [Fact]
    public void What_is_asked_for_beyond_the_limit_is_not_granted()
    {
        var window = new RateWindow();

        window.Take(0, Window, 10, 7).ShouldBe(new Grant(7, 3, TimeSpan.FromMilliseconds(63_000)));
        window.Take(1, Window, 10, 7).Granted.ShouldBe(3);
        window.Take(2, Window, 10, 1).Granted.ShouldBe(0);
    }

    [Fact]
    public void The_window_slides_and_frees_what_has_left_it()
    {
        var window = new RateWindow();
        window.Take(0, Window, 10, 5);
        window.Take(30_000, Window, 10, 5);

        window.Take(59_999, Window, 10, 1).Granted.ShouldBe(0);
        window.Take(63_000, Window, 10, 10).Granted.ShouldBe(5);
        window.Take(94_000, Window, 10, 10).Granted.ShouldBe(5);
    }

    [Fact]
    public void No_window_of_the_full_length_ever_holds_more_than_the_limit() =>
        Gen.Select(Gen.Long[1, 50], Gen.Select(Gen.Long[0, 4000], Gen.Long[1, 20]).Array[1, 200]).Sample((limit, steps) =>
        {
            var window = new RateWindow();
            var now = 0L;
            var granted = new List<(long At, long Count)>();
            foreach (var (pause, wanted) in steps)
            {
                now += pause;
                granted.Add((now, window.Take(now, Window, limit, wanted).Granted));
                granted.Where(grant => grant.At > now - Window).Sum(grant => grant.Count).ShouldBeLessThanOrEqualTo(limit);
            }
        });
}
