using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>What the machine does to a decoder is never the image's fault; programs that behave like a decoder in trouble stand in for it.</summary>
[Trait("Level", "Integration")]
public sealed class DecoderFaultTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("decoder-faults-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("kill -STOP $$")]
    [InlineData("exec sleep 60")]
    [InlineData("kill -KILL $$")]
    [InlineData("kill -TERM $$; sleep 1")]
    [InlineData("exit 0")]
    [InlineData("exit 75")]
    [InlineData("echo no answer; exit 1")]
    public async Task No_cpu_a_signal_from_outside_or_no_answer_is_a_503_with_a_time_to_come_back(string script)
    {
        var error = await FailAsync(script);

        error.Code.ShouldBe(ErrorCode.Overloaded);
        error.RetryAfter!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        Starts.ShouldBe(1);
    }

    [Theory]
    [InlineData("kill -SEGV $$")]
    [InlineData("kill -ABRT $$")]
    public async Task A_crash_by_its_own_doing_is_the_images_fault_when_it_comes_again(string script)
    {
        (await FailAsync(script)).Code.ShouldBe(ErrorCode.UndecodableImage);

        Starts.ShouldBe(2);
    }

    [Fact]
    public async Task A_decoder_that_cannot_be_started_is_a_503()
    {
        using var decoder = Workbench.Decoder(new EngineOptions { DecoderPath = Path.Combine(_folder.FullName, "nothing") });

        var error = (await decoder.DecodeAsync(await ImageAsync(), Workbench.Anything, Ct)).Error!;

        (error.Code, error.RetryAfter > TimeSpan.Zero).ShouldBe((ErrorCode.Overloaded, true));
    }

    [Fact]
    public async Task Time_that_passes_while_the_machine_gives_no_cpu_does_not_count()
    {
        // Real work that starts late: longer than its CPU time may be, with next to none of it used.
        using var decoder = Workbench.Decoder(new EngineOptions
        {
            DecoderPath = Script($"sleep 3; exec {Decoder()} \"$@\""),
            DecoderTimeout = TimeSpan.FromSeconds(2.5),
            DecoderPatience = TimeSpan.FromSeconds(60),
        });

        (await decoder.DecodeAsync(await ImageAsync(), Workbench.Anything, Ct)).Error.ShouldBeNull();
    }

    [Fact]
    public void A_progressive_jpeg_tells_its_passes_and_what_it_keeps()
    {
        var path = Path.Combine(_folder.FullName, "progressive.jpg");
        File.WriteAllBytes(path, Drawings.ProgressiveJpeg(640, 480, 30));

        var structure = JpegStructure.Read(path);

        structure.IsProgressive.ShouldBeTrue();
        structure.Scans.ShouldBeGreaterThanOrEqualTo(30);
        structure.CoefficientBytes.ShouldBe((640 * 480 * 2) + (2 * 320 * 240 * 2));
        structure.Work(640 * 480).ShouldBe(640L * 480 * structure.Scans);
    }

    [Fact]
    public void A_baseline_jpeg_keeps_nothing_and_passes_once()
    {
        var path = Path.Combine(_folder.FullName, "baseline.jpg");
        File.WriteAllBytes(path, Drawings.Jpeg());

        var structure = JpegStructure.Read(path);

        (structure.IsProgressive, structure.Work(1000)).ShouldBe((false, 1000));
    }

    [Fact]
    public async Task A_jpeg_of_more_passes_than_its_size_allows_is_refused_before_it_is_decoded()
    {
        var path = Path.Combine(_folder.FullName, "scans.jpg");
        await File.WriteAllBytesAsync(path, Drawings.ProgressiveJpeg(2000, 2000, 450), Ct);
        using var decoder = Workbench.Decoder();

        var error = (await decoder.DecodeAsync(path, Workbench.Anything, Ct)).Error!;

        error.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
        error.Detail.ShouldContain("at most 375");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private int Starts => File.ReadAllLines(Path.Combine(_folder.FullName, "starts")).Length;

    private static string Decoder()
    {
        var start = DecoderProgram.StartInfo(new EngineOptions(), Path.GetTempPath(), 1 << 30);
        return $"{start.FileName} {start.ArgumentList[0]}";
    }

    private async Task<Error> FailAsync(string script)
    {
        using var decoder = Workbench.Decoder(new EngineOptions { DecoderPath = Script(script), DecoderPatience = TimeSpan.FromSeconds(2) });
        return (await decoder.DecodeAsync(await ImageAsync(), Workbench.Anything, Ct)).Error!;
    }

    private string Script(string text)
    {
        var path = Path.Combine(_folder.FullName, "decoder.sh");
        File.WriteAllText(path, $"#!/bin/sh\necho start >> {_folder.FullName}/starts\n{text}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private async Task<string> ImageAsync()
    {
        var path = Path.Combine(_folder.FullName, "original");
        await File.WriteAllBytesAsync(path, Drawings.Jpeg(), Ct);
        return path;
    }
}
