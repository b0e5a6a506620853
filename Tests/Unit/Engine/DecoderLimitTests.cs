using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>A picture that the decoder's memory does not hold is refused for that, in words that its operator can act on.</summary>
[Trait("Level", "Integration")]
public sealed class DecoderLimitTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("decoder-limit-");

    [Theory]
    [InlineData("progressive jpg")]
    [InlineData("interlaced png")]
    [InlineData("webp")]
    [InlineData("avif")]
    public void A_refusal_for_memory_names_its_setting_and_is_never_called_corrupt(string kind)
    {
        using var picture = Drawings.Quarters(1200, 900);
        var original = kind switch
        {
            "progressive jpg" => picture.JpegsaveBuffer(interlace: true),
            "interlaced png" => picture.PngsaveBuffer(interlace: true),
            "webp" => picture.WebpsaveBuffer(),
            _ => picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0),
        };

        Read(original, memoryBytes: 1L << 30).Error.ShouldBeNull();
        var error = Read(original, memoryBytes: 1L << 20).Error.ShouldNotBeNull();

        (error.Code, error.RetryAfter).ShouldBe((ErrorCode.ImageLimitExceeded, null));
        error.Detail.ShouldContain("at most 1 MiB may be taken (setting Engine:DecoderMemoryBytes)");
        error.Detail.ShouldNotContain("corrupt");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // The decoder's own work, in this process: for pictures that tests draw.
    private Result<DecodeReply> Read(byte[] original, long memoryBytes)
    {
        var path = Path.Combine(_folder.FullName, "original");
        File.WriteAllBytes(path, original);
        return OriginalReader.Read(Workbench.Request(path) with { MemoryBytes = memoryBytes }, static _ => { });
    }
}
