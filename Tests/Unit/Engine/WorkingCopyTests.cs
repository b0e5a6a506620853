using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Originals that a transform could not read within its memory.</summary>
[Trait("Level", "Integration")]
public sealed class WorkingCopyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("working-copy-");

    [Theory]
    [InlineData(1, "jpg")]
    [InlineData(1 << 30, null)]
    public void A_progressive_jpeg_that_takes_more_than_a_transform_may_gets_a_copy_that_is_read_by_line(int transformBytes, string? extension)
    {
        var reply = Ask(Progressive(), transformBytes).Value;

        (reply.Format, reply.Width, reply.Height, reply.WorkingCopyExtension).ShouldBe((OriginalFormat.Jpg, 320, 240, extension));
        if (extension is null)
            return;
        using var copy = Image.Jpegload(Path.Combine(_folder.FullName, "original.raster.jpg"));
        (copy.Width, copy.Height, copy.Contains("interlaced")).ShouldBe((320, 240, false));
    }

    /// <summary>260 passes over 1.9 megapixels, each of which every transform would make again.</summary>
    [Theory]
    [InlineData(260, "jpg")]
    [InlineData(0, null)]
    public void A_jpeg_of_many_passes_gets_a_copy_that_is_read_in_one(int more, string? extension)
    {
        var reply = Ask(Drawings.ProgressiveJpeg(1600, 1200, more), 1 << 30).Value;

        (reply.Width, reply.Height, reply.WorkingCopyExtension).ShouldBe((1600, 1200, extension));
        if (extension is not null)
            JpegStructure.Read(Path.Combine(_folder.FullName, "original.raster.jpg")).Scans.ShouldBe(1);
    }

    [Fact]
    public void A_copy_is_made_of_whole_pictures_alone() =>
        Ask([.. Progressive()[..^40], 0xFF, 0xD9], transformBytes: 1).Error!.Code.ShouldBe(ErrorCode.UndecodableImage);

    /// <summary>The decoder ends with a temporary failure then, which callers are told as 503.</summary>
    [Fact]
    public void A_full_disk_is_no_fault_of_the_picture()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "No /dev/full here, which refuses every write with ENOSPC.");
        foreach (var extension in (string[])["jpg", "proof"])
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, $"original.raster.{extension}"), "/dev/full");

        Should.Throw<IOException>(() => Ask(Progressive(), transformBytes: 1)).Message.ShouldContain("No space left");
    }

    [Theory]
    [InlineData(384L << 20, 280)]
    [InlineData(64L << 20, 40)]
    [InlineData(4L << 20, 0)]
    public void What_may_be_read_leaves_a_quarter_of_the_budget_to_what_comes_out(long budget, long mebibytes) =>
        SizeBudget.ForReading(budget).ShouldBe(mebibytes << 20);

    public void Dispose() => _folder.Delete(recursive: true);

    private static byte[] Progressive()
    {
        using var picture = Drawings.Quarters(320, 240);
        return picture.JpegsaveBuffer(q: 95, interlace: true);
    }

    private Result<DecodeReply> Ask(byte[] file, long transformBytes)
    {
        var path = Path.Combine(_folder.FullName, "original");
        File.WriteAllBytes(path, file);
        return OriginalReader.Read(Workbench.Request(path) with { Allowed = ["jpg"], TransformBytes = transformBytes }, static _ => { });
    }
}
