using ImageService.Api.Gateway;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

[Trait("Level", "Unit")]
public sealed class RequestedRangeTests
{
    [Theory]
    [InlineData("bytes=0-9", 0, 10)]
    [InlineData("bytes=10-", 10, 90)]
    [InlineData("bytes=-5", 95, 5)]
    [InlineData("bytes=-500", 0, 100)]
    [InlineData("bytes=90-1000", 90, 10)]
    [InlineData("bytes=99-99", 99, 1)]
    [InlineData("BYTES=0-0", 0, 1)]
    public void A_part_is_read(string header, long offset, long length) =>
        RequestedRange.Of(header, 100).ShouldBe(new RequestedRange(RangeKind.Part, offset, length));

    [Theory]
    [InlineData("")]
    [InlineData("items=0-9")]
    [InlineData("bytes=9-0")]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=-")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes=99999999999999999999-")]
    public void A_header_that_cannot_be_read_gets_the_whole(string header) =>
        RequestedRange.Of(header, 100).ShouldBe(new RequestedRange(RangeKind.Whole, 0, 100));

    [Theory]
    [InlineData("bytes=100-")]
    [InlineData("bytes=100-200")]
    [InlineData("bytes=-0")]
    public void A_range_beyond_the_end_cannot_be_had(string header) => RequestedRange.Of(header, 100).Kind.ShouldBe(RangeKind.Unsatisfiable);
}
