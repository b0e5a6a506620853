using System.Diagnostics;
using System.Globalization;
using ImageService.Tests.Support;
using NetVips;
using Shouldly;

namespace ImageService.Tests.Core.Engine.SecondReader;

/// <summary>
/// The system's ImageMagick (6.9 or 7): reads what the engine wrote, and draws the same from the originals by its own code. Skips where it is not installed.
/// Debian's has no JPEG XL, which <see cref="JpegXlTests"/> reads.
/// </summary>
internal sealed class ImageMagick : IDisposable
{
    private readonly PrivateFolder _private = new("magick");
    private readonly string _folder;
    private readonly List<string> _line = [];

    public ImageMagick()
    {
        _folder = _private.Next();
        Directory.CreateDirectory(_folder);
        Write("cmyk.icc", Image.ProfileLoad("cmyk"));
        Write("srgb.icc", Image.ProfileLoad("srgb"));
    }

    public void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(_folder, name), bytes);

    /// <summary>Adds a picture to what <see cref="RunAsync"/> does.</summary>
    /// <param name="name">What it is to be called.</param>
    /// <param name="file">A file that was written here.</param>
    /// <param name="operations">What is done to each of its frames.</param>
    public void Draw(string name, string file, params string[] operations) =>
        _line.AddRange(["(", file, .. operations, "-depth", "8", "-format", "%w %h %n %z %A %m\n", "-write", $"info:{name}.txt", "-alpha", "set",
            "-write", $"rgba:{name}.rgba", "+delete", ")"]);

    /// <summary>Does all that was added, in one process.</summary>
    public async Task RunAsync()
    {
        var start = new ProcessStartInfo("convert", [.. _line, "null:"]) { WorkingDirectory = _folder };
        start.Environment["MAGICK_THREAD_LIMIT"] = "1";
        await InstalledProgram.RunAsync(start, "imagemagick");
    }

    public DrawnPicture Read(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(_folder, $"{name}.txt"));
        var words = lines[0].Split(' ');
        return new DrawnPicture
        {
            Width = int.Parse(words[0], CultureInfo.InvariantCulture),
            Height = int.Parse(words[1], CultureInfo.InvariantCulture),
            Frames = lines.Length,
            Depth = int.Parse(words[3], CultureInfo.InvariantCulture),
            HasAlpha = words[4] is not ("False" or "Undefined"),
            Format = words[5],
            Rgba = File.ReadAllBytes(Path.Combine(_folder, $"{name}.rgba")),
        };
    }

    public void Dispose() => _private.Dispose();
}

/// <summary>A picture as ImageMagick has it.</summary>
internal sealed record DrawnPicture
{
    /// <summary>px of the first frame.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    public required int Frames { get; init; }

    /// <summary>Bits a channel.</summary>
    public required int Depth { get; init; }

    public required bool HasAlpha { get; init; }

    /// <summary>As ImageMagick names it: <c>PNG</c>, <c>JPEG</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Four bytes a pixel, frame after frame.</summary>
    public required byte[] Rgba { get; init; }

    public string Size => $"{Width}x{Height}, {Frames} frames";

    /// <summary>Another picture, pixel by pixel: place in its frame, and the four bytes.</summary>
    public DrawnPicture Map(Func<int, int, byte[], byte[]> change)
    {
        var rgba = new byte[Rgba.Length];
        for (var pixel = 0; pixel < Rgba.Length / 4; pixel++)
            change(pixel % Width, pixel / Width % Height, Rgba[(pixel * 4)..((pixel * 4) + 4)]).CopyTo(rgba, pixel * 4);
        return this with { Rgba = rgba };
    }

    /// <summary>Mean difference of the channels, of 255; colours count as much as they are seen.</summary>
    public double DistanceTo(DrawnPicture other)
    {
        other.Rgba.Length.ShouldBe(Rgba.Length);
        var sum = 0.0;
        for (var at = 0; at < Rgba.Length; at += 4)
        {
            var (mine, its) = (Rgba[at + 3], other.Rgba[at + 3]);
            sum += Math.Abs(mine - its);
            for (var band = 0; band < 3; band++)
                sum += Math.Abs((Rgba[at + band] * mine) - (other.Rgba[at + band] * its)) / 255.0;
        }

        return sum / Rgba.Length;
    }
}
