using ImageService.Core.Engine;
using ImageService.Core.Errors;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class MemoryRefusalTests
{
    [Theory]
    [InlineData("webpload: out of memory", true)]
    [InlineData("heifload: Memory allocation error", true)]
    [InlineData("gifload: Insufficient memory to complete operation", true)]
    [InlineData("VipsImage: unable to allocate 1073741824 bytes", true)]
    [InlineData("VipsJpeg: premature end of JPEG file", false)]
    [InlineData("pngload: libspng read error", false)]
    public void Codecs_say_it_in_words(string message, bool isMemory) => MemoryRefusal.Is(new VipsException(message)).ShouldBe(isMemory);

    [Fact]
    public void Whoever_asked_may_ask_again()
    {
        var error = EngineErrors.NoMemory();
        error.Code.ShouldBe(ErrorCode.Overloaded);
        error.RetryAfter.ShouldNotBeNull("what may pass is not remembered");
    }
}
