using ImageService.Core.Engine.Previews;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class PlaceholderTests
{
    [Fact]
    public void A_plain_picture_hashes_to_its_colour()
    {
        var white = Plain(32, 32, 255, 255, 255, 255);

        var hash = BlurHash.Encode(white, 32, 32, 4, 3);

        // 4 × 3 components, any largest term, mean ffffff, eleven terms of two digits.
        hash[0].ShouldBe('L');
        hash[2..6].ShouldBe("TSUA");
        hash.Length.ShouldBe(28);
    }

    [Fact]
    public void A_blur_hash_tells_dark_from_light_sides()
    {
        var picture = new byte[16 * 16 * 4];
        for (var i = 0; i < 256; i++)
            (picture[i * 4], picture[(i * 4) + 1], picture[(i * 4) + 2],
                picture[(i * 4) + 3]) = i % 16 < 8 ? ((byte)0, (byte)0, (byte)0, (byte)255) : ((byte)255, (byte)255, (byte)255, (byte)255);

        BlurHash.Encode(picture, 16, 16, 4, 3).ShouldNotBe(BlurHash.Encode(Plain(16, 16, 128, 128, 128, 255), 16, 16, 4, 3));
        BlurHash.Encode(picture, 16, 16, 4, 3).Length.ShouldBe(28);
    }

    [Theory]
    [InlineData(64, 32, true)]
    [InlineData(32, 64, false)]
    public void A_thumb_hash_says_proportions_and_transparency(int width, int height, bool landscape)
    {
        var hash = Convert.FromBase64String(ThumbHash.Encode(Plain(width, height, 200, 100, 50, 255), width, height));
        var clear = Convert.FromBase64String(ThumbHash.Encode(Plain(width, height, 200, 100, 50, 100), width, height));

        ((hash[4] & 0x80) != 0).ShouldBe(landscape);
        ((hash[2] & 0x80) != 0).ShouldBeFalse();
        ((clear[2] & 0x80) != 0).ShouldBeTrue();
    }

    [Fact]
    public void The_palette_counts_what_is_seen()
    {
        byte[] picture = [.. Plain(10, 6, 200, 30, 30, 255), .. Plain(10, 3, 30, 30, 200, 255), .. Plain(10, 9, 0, 255, 0, 0)];

        ColourPalette.Find(picture).ShouldBe(["#c81e1e", "#1e1ec8"]);
        ColourPalette.Find(Plain(4, 4, 9, 9, 9, 0)).ShouldBe(["#ffffff"]);
    }

    private static byte[] Plain(int width, int height, byte red, byte green, byte blue, byte alpha) =>
        [.. Enumerable.Repeat((byte[])[red, green, blue, alpha], width * height).SelectMany(pixel => pixel)];
}
