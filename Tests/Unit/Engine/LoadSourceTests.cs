using ImageService.Core.Engine.Steps;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class LoadSourceTests
{
    [Theory]
    [InlineData(1, false, 1)]
    [InlineData(1.9, false, 1)]
    [InlineData(2, false, 1)]
    [InlineData(2.9, false, 1)]
    [InlineData(3.5, false, 2)]
    [InlineData(4.5, false, 2)]
    [InlineData(5, false, 4)]
    [InlineData(8, false, 4)]
    [InlineData(30, false, 8)]
    [InlineData(5, true, 2)]
    [InlineData(30, true, 8)]
    [InlineData(12, true, 4)]
    public void Decoding_never_shrinks_so_far_that_little_is_left_to_the_filter(double reduction, bool careful, int expected) =>
        LoadSource.ShrinkOnLoad(reduction, careful).ShouldBe(expected);
}
