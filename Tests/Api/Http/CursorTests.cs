using CsCheck;
using ImageService.Api.Http;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class CursorTests
{
    [Fact]
    public void A_cursor_gives_back_its_key()
    {
        Gen.Guid.Sample(key => Cursor.ReadId(Cursor.Of(key)).Value == key);
        Gen.Long.Sample(key => Cursor.ReadNumber(Cursor.Of(key)).Value == key);
    }

    [Fact]
    public void No_text_throws() => Gen.String.Sample(text =>
    {
        _ = Cursor.ReadId(text);
        _ = Cursor.ReadNumber(text);
    });

    [Theory]
    [InlineData("x")]
    [InlineData("AZSKPnwbfzqdLltsfY6f")]
    [InlineData("!!!!")]
    public void What_is_no_cursor_is_refused(string text) => Cursor.ReadId(text).IsSuccess.ShouldBeFalse();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(501)]
    public void A_limit_out_of_range_is_refused(int limit) => Cursor.ReadLimit(limit).IsSuccess.ShouldBeFalse();

    [Fact]
    public void Only_a_page_that_has_a_next_one_says_so()
    {
        Cursor.Page([1L, 2L, 3L], 2, key => key, Cursor.Of).ShouldSatisfyAllConditions(
            page => page.Items.ShouldBe([1L, 2L]),
            page => page.NextCursor.ShouldBe(Cursor.Of(2L)));
        Cursor.Page([1L, 2L], 2, key => key, Cursor.Of).NextCursor.ShouldBeNull();
    }
}
