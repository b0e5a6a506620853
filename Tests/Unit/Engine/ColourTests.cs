using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Profiles, colour spaces and the metadata beside them.</summary>
[Trait("Level", "Integration")]
public sealed class ColourTests
{
    [Fact]
    public async Task Copyright_survives_alone_where_the_policy_keeps_it()
    {
        foreach (var format in (ImageFormat[])[ImageFormat.Jpg, ImageFormat.Webp, ImageFormat.Png, ImageFormat.Avif])
        {
            var made = await Workbench.MakeAsync(Drawings.JpegWithMetadata(), "w_200", format, keepCopyright: true);

            using var image = Workbench.Open(made);
            var exif = (byte[])image.Get("exif-data");
            ImageService.Core.Engine.Metadata.ExifFacts.Copyright(exif).Artist.ShouldBe("Ada Drawer");
            image.GetFields().ShouldNotContain("exif-ifd0-Make");
            image.GetFields().Where(field => field.StartsWith("exif-ifd3", StringComparison.Ordinal)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_large_still_gif_has_few_colours_and_they_are_the_picture_s_own()
    {
        var original = Drawings.Jpeg(1600, 1200);
        var made = await Workbench.MakeAsync(original, "original", ImageFormat.Gif);

        using var image = Workbench.Open(made);
        ((int[])image.Get("gif-palette")).Length.ShouldBeLessThanOrEqualTo(128);
        using var whole = Image.JpegloadBuffer(original);
        Workbench.Distance(image, whole).ShouldBeLessThan(3);
        image.GetFields().Where(field => field.StartsWith("exif", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wide_gamut_profile_is_converted_and_then_dropped()
    {
        using var picture = Drawings.Quarters();
        using var wide = picture.IccTransform("p3", inputProfile: "srgb");
        var original = wide.JpegsaveBuffer(q: 95, keep: Enums.ForeignKeep.Icc);

        var made = await Workbench.MakeAsync(original, "w_320", ImageFormat.Png);

        using var image = Workbench.Open(made);
        image.Contains("icc-profile-data").ShouldBeFalse();
        Looks.ShouldShow(image, Drawings.Red, Drawings.Green, Drawings.Blue, Drawings.Yellow);
    }

    [Fact]
    public async Task Cmyk_sixteen_bits_lab_and_grey_become_srgb()
    {
        using var picture = Drawings.Quarters();
        using var cmyk = picture.IccTransform("cmyk", inputProfile: "srgb");
        using var deep = picture.Colourspace(Enums.Interpretation.Rgb16);
        using var lab = picture.Colourspace(Enums.Interpretation.Labs);
        using var grey = picture.Colourspace(Enums.Interpretation.Bw);
        byte[][] originals = [cmyk.JpegsaveBuffer(q: 95), deep.PngsaveBuffer(), lab.TiffsaveBuffer(), grey.JpegsaveBuffer(), grey.AddAlpha().PngsaveBuffer()];
        for (var i = 0; i < originals.Length; i++)
        {
            var made = await Workbench.MakeAsync(originals[i], "w_320", ImageFormat.Png);

            using var image = Workbench.Open(made);
            image.Interpretation.ShouldBe(Enums.Interpretation.Srgb);
            image.Format.ShouldBe(Enums.BandFormat.Uchar);
            if (i < 3)
                Looks.ShouldBeNear(Workbench.Colour(image, 0.1, 0.1)[..3], Drawings.Red, i == 0 ? 45 : 12);
        }
    }
}
