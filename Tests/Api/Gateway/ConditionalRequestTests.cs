using ImageService.Api.Gateway;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

[Trait("Level", "Unit")]
public sealed class ConditionalRequestTests
{
    private const string Tag = "\"abc\"";
    private static readonly DateTimeOffset Uploaded = new(2026, 11, 24, 10, 0, 0, 500, TimeSpan.Zero);

    [Theory]
    [InlineData("If-None-Match", "\"abc\"", Precondition.NotModified)]
    [InlineData("If-None-Match", "W/\"abc\"", Precondition.NotModified)]
    [InlineData("If-None-Match", "\"x\", W/\"abc\" ,\"y\"", Precondition.NotModified)]
    [InlineData("If-None-Match", "*", Precondition.NotModified)]
    [InlineData("If-None-Match", "\"x\"", Precondition.Proceed)]
    [InlineData("If-None-Match", "abc", Precondition.Proceed)]
    [InlineData("If-None-Match", "", Precondition.Proceed)]
    [InlineData("If-Match", "\"abc\"", Precondition.Proceed)]
    [InlineData("If-Match", "*", Precondition.Proceed)]
    [InlineData("If-Match", "W/\"abc\"", Precondition.Failed)]
    [InlineData("If-Match", "\"x\"", Precondition.Failed)]
    [InlineData("If-Modified-Since", "Tue, 24 Nov 2026 10:00:00 GMT", Precondition.NotModified)]
    [InlineData("If-Modified-Since", "Tue, 24 Nov 2026 09:59:59 GMT", Precondition.Proceed)]
    [InlineData("If-Modified-Since", "yesterday", Precondition.Proceed)]
    [InlineData("If-Unmodified-Since", "Tue, 24 Nov 2026 09:59:59 GMT", Precondition.Failed)]
    [InlineData("If-Unmodified-Since", "Tue, 24 Nov 2026 10:00:00 GMT", Precondition.Proceed)]
    public void A_precondition_is_judged(string name, string value, object expected) =>
        ConditionalRequest.Judge(new HeaderDictionary { [name] = value }, Tag, Uploaded).ShouldBe((Precondition)expected);

    [Fact]
    public void A_tag_says_more_than_a_time() => ConditionalRequest.Judge(
        new HeaderDictionary { ["If-None-Match"] = "\"x\"", ["If-Modified-Since"] = "Tue, 24 Nov 2026 10:00:00 GMT" }, Tag,
        Uploaded).ShouldBe(Precondition.Proceed);

    [Fact]
    public void A_time_says_nothing_where_bytes_may_change_under_one_url() => ConditionalRequest.Judge(
        new HeaderDictionary { ["If-Modified-Since"] = "Tue, 24 Nov 2026 10:00:00 GMT" }, Tag, null).ShouldBe(Precondition.Proceed);

    [Theory]
    [InlineData("\"abc\"", true)]
    [InlineData("W/\"abc\"", false)]
    [InlineData("\"x\"", false)]
    [InlineData("Tue, 24 Nov 2026 10:00:00 GMT", true)]
    [InlineData("Tue, 24 Nov 2026 10:00:01 GMT", false)]
    [InlineData("nonsense", false)]
    public void A_part_is_given_only_of_the_very_image(string condition, bool allowed) =>
        ConditionalRequest.AllowsRange(new HeaderDictionary { ["If-Range"] = condition }, Tag, Uploaded).ShouldBe(allowed);
}
