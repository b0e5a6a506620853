using ImageService.AppHost.Running;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

[Trait("Level", "Unit")]
public sealed class LastLinesTests
{
    [Theory]
    [InlineData("   at ImageService.Api.Program.Main(String[] args) in /src/Api/Program.cs:line 12", true)]
    [InlineData("--- End of stack trace from previous location ---", true)]
    [InlineData("Unhandled exception. Microsoft.Extensions.Options.OptionsValidationException: Storage:Root must be a folder.", false)]
    [InlineData("      at most 8192 pixels", false)]
    public void What_went_wrong_is_not_pushed_out_by_its_stack(string line, bool isOfStack) => LastLines.IsOfStack(line).ShouldBe(isOfStack);

    [Theory]
    [InlineData("2026-11-29T10:00:00.0000000Z ready", "ready")]
    [InlineData("12 things", "12 things")]
    public void The_time_in_front_is_left_out(string line, string shown) => LastLines.WithoutTime(line).ShouldBe(shown);
}
