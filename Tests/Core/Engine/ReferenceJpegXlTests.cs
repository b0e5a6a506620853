using System.Diagnostics;
using ImageService.Core.Operations;
using ImageService.Tests.Core.Engine.SecondReader;
using ImageService.Tests.Support;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>
/// JPEG XL beside the reference programs <c>djxl</c> and <c>cjxl</c> of the system, another build and version of libjxl than the engine carries: what the
/// engine writes they read as what was meant, and what they write the engine reads.
/// </summary>
[Trait("Level", "Integration")]
public sealed class ReferenceJpegXlTests : IDisposable
{
    private readonly PrivateFolder _folder = new("jxl");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("w_60-q_95", 3)]
    [InlineData("w_60-q_60", 8)]
    [InlineData("w_40-h_60-r_90-q_95", 3)]
    [InlineData("w_60-q_100", 0)]
    [InlineData("pad_4-q_100", 0)]
    public async Task What_is_written_reads_as_it_was_meant(string operations, double tolerance)
    {
        foreach (var original in SixOriginals.All)
        {
            var written = await Workbench.MakeAsync(original.Bytes, operations, ImageFormat.Jxl);
            var meant = await Workbench.MakeAsync(original.Bytes, operations, ImageFormat.Png);
            using var expected = Image.NewFromBuffer(meant.Bytes.ToArray());
            using var read = Image.NewFromBuffer(await RunAsync("djxl", written.Bytes, "jxl", "png"));
            (read.Width, read.Height, read.HasAlpha()).ShouldBe((expected.Width, expected.Height, expected.HasAlpha()), original.Name);
            Difference(read, expected).ShouldBeLessThanOrEqualTo(tolerance, original.Name);
        }
    }

    [Theory]
    [InlineData("still.png", "0", 1)] // an opaque photograph is kept as JPEG, nearly without loss
    [InlineData("alpha.png", "0", 0)]
    [InlineData("still.png", "1", 2)]
    [InlineData("alpha.png", "1", 1)]
    public async Task What_it_writes_is_read(string name, string distance, double tolerance)
    {
        var original = SixOriginals.All.Single(one => one.Name == name);
        var file = await RunAsync("cjxl", original.Bytes, "png", "jxl", "-d", distance);
        using var expected = Image.NewFromBuffer(await RunAsync("djxl", file, "jxl", "png"));
        var path = $"{_folder.Next()}.jxl";
        await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
        using var decoder = Workbench.Decoder();
        var decoded = (await decoder.DecodeAsync(path, Workbench.Anything, TestContext.Current.CancellationToken)).Value;
        (decoded.Facts.Width, decoded.Facts.Height).ShouldBe((SixOriginals.Width, SixOriginals.Height));
        using var read = Image.NewFromFile(decoded.NormalisedPath!);
        Difference(read, expected).ShouldBeLessThanOrEqualTo(tolerance);
    }

    private static double Difference(Image one, Image other)
    {
        using var left = one.Colourspace(Enums.Interpretation.Srgb);
        using var right = other.Colourspace(Enums.Interpretation.Srgb);

        // What a transparent pixel hides is nobody's colour.
        using var seen = left.HasAlpha() ? left.Premultiply() : left.Copy();
        using var wanted = right.HasAlpha() ? right.Premultiply() : right.Copy();
        using var apart = (seen - wanted).Abs();
        return apart.Avg();
    }

    private async Task<byte[]> RunAsync(string program, ReadOnlyMemory<byte> input, string from, string to, params string[] arguments)
    {
        var path = _folder.Next();
        await File.WriteAllBytesAsync($"{path}.{from}", input, TestContext.Current.CancellationToken);
        await InstalledProgram.RunAsync(new ProcessStartInfo(program, [$"{path}.{from}", $"{path}.{to}", .. arguments]), "libjxl-tools");
        return await File.ReadAllBytesAsync($"{path}.{to}", TestContext.Current.CancellationToken);
    }
}
