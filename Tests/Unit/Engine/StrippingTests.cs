using System.Text;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Engine.Stripping;
using ImageService.Core.Errors;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Integration")]
public sealed class StrippingTests
{
    private static readonly string[] Secrets = ["secret-xmp", "Testcam", "GPS", "secret-comment"];

    public static TheoryData<string> Formats() => ["jpg", "png", "webp", "gif", "avif"];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Metadata_goes_and_every_pixel_stays(string name)
    {
        var original = WithMetadata(name);
        Secrets.ShouldContain(secret => Holds(original, secret));

        var stripped = await StripAsync(original);

        stripped.Changed.ShouldBeTrue();
        foreach (var secret in Secrets)
            Holds(stripped.Bytes.ToArray(), secret).ShouldBeFalse(secret);
        SamePixels(original, stripped.Bytes.ToArray());
        (await StripAsync(stripped.Bytes.ToArray())).Changed.ShouldBeFalse();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    public async Task Orientation_stays_because_the_picture_needs_it(int orientation)
    {
        var stripped = await StripAsync(Drawings.JpegWithMetadata(orientation));

        using var image = Image.NewFromBuffer(stripped.Bytes.ToArray());
        image.Get("orientation").ShouldBe(orientation);
        image.GetFields().ShouldNotContain("exif-ifd0-Make");
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("avif")]
    public async Task Copyright_stays_alone_where_it_is_kept(string name)
    {
        var stripped =
            (await Workbench.Engine.StripAsync(Workbench.Source(WithMetadata(name), keepCopyright: true), null, TestContext.Current.CancellationToken)).Value;

        using var image = Image.NewFromBuffer(stripped.Bytes.ToArray());
        ExifFacts.Copyright((byte[])image.Get("exif-data")).Artist.ShouldBe("Ada Drawer");
        image.GetFields().ShouldNotContain("exif-ifd0-Make");
    }

    [Fact]
    public async Task The_profile_stays_because_colours_need_it()
    {
        using var picture = Drawings.Quarters();
        using var wide = picture.IccTransform("p3", inputProfile: "srgb");
        byte[][] originals = [wide.JpegsaveBuffer(keep: Enums.ForeignKeep.All), wide.PngsaveBuffer(keep: Enums.ForeignKeep.All),
            wide.WebpsaveBuffer(keep: Enums.ForeignKeep.All)];
        foreach (var original in originals)
        {
            var stripped = await StripAsync(original);

            using var image = Image.NewFromBuffer(stripped.Bytes.ToArray());
            image.Contains("icc-profile-data").ShouldBeTrue();
        }
    }

    [Fact]
    public async Task What_follows_the_end_goes()
    {
        byte[][] originals = [Drawings.Jpeg(), Drawings.PngWithAlpha(), Drawings.Gif(), Drawings.AnimatedWebp()];
        foreach (var original in originals)
        {
            var stripped = await StripAsync([.. original, .. "appended-secret"u8]);

            Holds(stripped.Bytes.ToArray(), "appended-secret").ShouldBeFalse();
            SamePixels(original, stripped.Bytes.ToArray());
        }
    }

    [Fact]
    public async Task An_animation_keeps_frames_delays_and_repetitions()
    {
        foreach (var original in (byte[][])[Drawings.Gif(), Drawings.AnimatedWebp()])
        {
            var stripped = await StripAsync(original);

            using var image = Image.NewFromBuffer(stripped.Bytes.ToArray(), "n=-1");
            ((int[])image.Get("delay")).ShouldBe([100, 200, 300]);
            image.Get("loop").ShouldBe(3);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_file_on_disk_is_stripped_like_one_in_memory_and_read_from_any_place(string name)
    {
        var ct = TestContext.Current.CancellationToken;
        var path = Path.GetTempFileName();
        try
        {
            var original = WithMetadata(name);
            await File.WriteAllBytesAsync(path, original, ct);
            var expected = (await StripAsync(original)).Bytes.ToArray();

            using var stripped = (await Workbench.Engine.StripFileAsync(path, keepCopyright: false, null, ct)).Value;

            stripped.Length.ShouldBe(expected.Length);
            await using var content = stripped.OpenRead();
            var bytes = new byte[expected.Length];
            await content.ReadExactlyAsync(bytes, ct);
            bytes.ShouldBe(expected);
            content.ReadByte().ShouldBe(-1);
            content.Position = expected.Length / 2;
            content.ReadByte().ShouldBe(expected[expected.Length / 2]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void No_mutilated_file_makes_a_stripper_throw_or_run_on()
    {
        var random = new Random(1);
        foreach (var name in Formats())
        {
            var original = WithMetadata(name);
            var format = ImageSniffer.Sniff(original)!.Value;
            for (var i = 0; i < 400; i++)
            {
                var file = (byte[])original.Clone();
                for (var flips = random.Next(1, 12); flips > 0; flips--)
                    file[random.Next(Math.Min(file.Length, 1200))] = (byte)random.Next(256);
                if (i % 3 == 0)
                    file = file[..random.Next(file.Length)];

                var result = OriginalStripper.Strip(file, format, keepCopyright: i % 2 == 0);

                if (result.Error is { } error)
                    error.Code.ShouldBe(ErrorCode.UndecodableImage);
                else
                    result.Value.Bytes.Length.ShouldBeLessThanOrEqualTo(file.Length + 4096);
            }
        }
    }

    [Theory]
    [InlineData(6, "Ada", "(c) Ada")]
    [InlineData(1, "Ada", null)]
    [InlineData(8, null, null)]
    public void What_the_exif_writer_writes_the_reader_reads(int orientation, string? artist, string? notice)
    {
        var exif = Drawings.Exif(orientation, artist, notice);

        ExifFacts.Orientation(exif).ShouldBe(orientation);
        ExifFacts.Copyright(exif).ShouldBe(new Copyright(artist, notice));
    }

    private static async Task<StrippedOriginal> StripAsync(byte[] original) =>
        (await Workbench.Engine.StripAsync(Workbench.Source(original), null, TestContext.Current.CancellationToken)).Value;

    private static byte[] WithMetadata(string name)
    {
        using var image = Image.NewFromBuffer(Drawings.JpegWithMetadata());
        return name switch
        {
            "png" => image.PngsaveBuffer(keep: Enums.ForeignKeep.All),
            "webp" => image.WebpsaveBuffer(keep: Enums.ForeignKeep.All),
            "avif" => image.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0, keep: Enums.ForeignKeep.All),
            "gif" => WithComment(Drawings.Gif()),
            _ => Drawings.JpegWithMetadata(),
        };
    }

    // A comment block behind the first table of colours.
    private static byte[] WithComment(byte[] gif)
    {
        var at = 13 + ((gif[10] & 0x80) != 0 ? 3 << ((gif[10] & 7) + 1) : 0);
        return [.. gif[..at], 0x21, 0xFE, 14, .. "secret-comment"u8, 0, .. gif[at..]];
    }

    private static bool Holds(byte[] file, string text) => file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;

    private static void SamePixels(byte[] before, byte[] after)
    {
        using var one = Image.NewFromBuffer(before);
        using var other = Image.NewFromBuffer(after);
        one.WriteToMemory<byte>().ShouldBe(other.WriteToMemory<byte>());
    }
}
