using ImageService.Core.Engine.Scoring;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Scores against those of the metric's own program (cloudinary/ssimulacra2 2.1) for the same pictures.</summary>
[Trait("Level", "Unit")]
public sealed class Ssimulacra2Tests
{
    private const int Width = 384;
    private const int Height = 320;

    [Theory]
    [InlineData("coarse", 78.608)]
    [InlineData("shifted", 30.927)]
    [InlineData("noisy", 84.105)]
    [InlineData("tinted", 87.134)]
    public void Scores_are_those_of_the_reference(string change, double expected) =>
        new Ssimulacra2(Picture(null), Width, Height).Score(Picture(change)).ShouldBe(expected, 0.25);

    [Fact]
    public void The_same_picture_scores_100_and_one_original_judges_many()
    {
        var judge = new Ssimulacra2(Picture(null), Width, Height);
        judge.Score(Picture("noisy")).ShouldBe(judge.Score(Picture("noisy")));
        judge.Score(Picture(null)).ShouldBe(100);
    }

    [Fact]
    public void A_picture_too_small_to_judge_is_alike_and_another_size_is_refused()
    {
        new Ssimulacra2(new byte[3], 1, 1).Score([255, 255, 255]).ShouldBe(100);
        Should.Throw<ArgumentException>(() => new Ssimulacra2(new byte[12], 2, 2).Score(new byte[9]));
    }

    /// <summary>
    /// Slopes, waves, edges and grain; whole numbers alone, so that it is the same everywhere. Flat parts would show how numbers are rounded.
    /// </summary>
    private static byte[] Picture(string? change)
    {
        var pixels = new byte[Width * Height * 3];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var from = change == "shifted" ? Math.Min(x + 1, Width - 1) : x;
                for (var component = 0; component < 3; component++)
                    pixels[(((y * Width) + x) * 3) + component] = (byte)Math.Clamp(Changed(change, Drawn(from, y, component), x, y, component), 0, 255);
            }
        }

        return pixels;
    }

    private static int Drawn(int x, int y, int component)
    {
        var isInBox = x is > 100 and < 260 && y is > 60 and < 200;
        var grain = ((((x * 73) + (component * 31)) * ((y * 151) + 17)) >> 3) % 29;
        return grain + component switch
        {
            0 => isInBox ? 200 : (x / 3) + (y / 4),
            1 => isInBox ? (x + y) % 41 * 4 : 30 + (y / 2),
            _ => isInBox ? 60 : (x * y / 90 % 180) + 20,
        };
    }

    private static int Changed(string? change, int value, int x, int y, int component) => change switch
    {
        "coarse" => (value / 12 * 12) + 6,
        "noisy" => value + (((x * 7919) + (y * 104_729) + (component * 13)) % 17) - 8,
        "tinted" => component == 0 ? value + 5 : value - 3,
        _ => value,
    };
}
