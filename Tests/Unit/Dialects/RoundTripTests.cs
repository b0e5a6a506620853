using ImageService.Core.Dialects;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Dialects;

/// <summary>Operations written in a dialect and read again mean what they meant.</summary>
[Trait("Level", "Unit")]
public sealed class RoundTripTests
{
    private const int Wanted = 200;
    private const int MostTries = 200_000;

    private static readonly SourceFacts Photo = new()
    {
        Width = 4000,
        Height = 3000,
        HasAlpha = false,
        Frames = 1,
        ContentHash = new string('0', 64),
        FocalX = null,
        FocalY = null,
        Format = ImageFormat.Jpg,
    };

    private static readonly string[] Sources = ["photos/a.jpg", "https://shop.example.com/img/b c.png", "café/öl%41.webp", "x"];

    [Theory]
    [InlineData(UrlDialect.Next)]
    [InlineData(UrlDialect.Thumbor)]
    [InlineData(UrlDialect.Imgproxy)]
    [InlineData(UrlDialect.Cloudinary)]
    [InlineData(UrlDialect.Imgix)]
    [InlineData(UrlDialect.Ipx)]
    [InlineData(UrlDialect.Cloudflare)]
    public void Two_hundred_urls_are_mapped_back_and_forth(UrlDialect name)
    {
        var dialect = UrlDialects.Of(name)!;
        var random = new Random(17 + (int)name);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var tries = 0; seen.Count < Wanted; tries++)
        {
            tries.ShouldBeLessThan(MostTries, $"only {seen.Count} could be written");
            var operations = Some(random, name);
            var source = name is UrlDialect.Cloudinary ? $"folder/pic{random.Next(1000)}" : Sources[random.Next(Sources.Length)];
            if (dialect.Write(operations, source) is not { } target || !seen.Add(target))
                continue;

            var url = dialect.Split(target).Value;
            url.Source.ShouldBe(source, target);
            var meaning = dialect.Map(url, Photo);
            meaning.Unmapped.ShouldBeEmpty(target);
            Canonical(meaning.Operations, meaning.Extension).ShouldBe(Canonical(operations, ImageFormat.Jpg), target);
        }
    }

    [Fact]
    public void Hostile_text_is_refused_and_never_throws()
    {
        var random = new Random(3);
        const string Alphabet = "/:,_-.?=&%@()~ax0192s-w=h6\u0000é;+";
        for (var i = 0; i < 30_000; i++)
        {
            var target = "/" + string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            string[] beginnings = ["", "/_next/image?url=a&w=", "/unsafe", "/unsafe/filters:", "/image/upload", "/cdn-cgi/image", "/_ipx"];
            target = beginnings[random.Next(beginnings.Length)] + target;
            foreach (var name in Enum.GetValues<UrlDialect>())
            {
                if (UrlDialects.Of(name) is { } dialect && dialect.Split(target).TryGet(out var url, out _))
                {
                    dialect.Map(url, Photo);
                    if (url.Signature is not null)
                        dialect.Verify(url, new DialectKeys([new DialectKey("00") { Salt = "00", Size = 8 }], "00"), DateTimeOffset.UnixEpoch)
                            .ShouldBeFalse(target);
                }
            }
        }
    }

    private static string Canonical(ImageOperations operations, ImageFormat extension)
    {
        var format = operations.Format is { IsAuto: true } ? ImageFormat.Webp : operations.Format?.Fixed ?? extension;
        return CanonicalOperations.Resolve(operations, format, Photo, 85).Value.Text;
    }

    /// <summary>Operations of a kind that most dialects can say; what one cannot, it says itself.</summary>
    private static ImageOperations Some(Random random, UrlDialect name)
    {
        if (random.Next(40) == 0)
            return new ImageOperations { Original = true };
        if (name is UrlDialect.Next)
            return new ImageOperations { Width = random.Next(1, 4000), Quality = Quality.Of(random.Next(1, 101)), Format = FormatChoice.Auto };
        var fits = new Fit?[] { null, Fit.Cover, Fit.Inside, Fit.Fill, Fit.Pad, Fit.Outside };
        var formats =
            new FormatChoice?[] { null, new FormatChoice(ImageFormat.Webp), new FormatChoice(ImageFormat.Avif), new FormatChoice(ImageFormat.Png),
                FormatChoice.Auto };
        var gravity = Maybe(random, 4, () => (Gravity)random.Next(11));
        return new ImageOperations
        {
            Width = Maybe(random, 2, () => random.Next(1, 3000)),
            Height = Maybe(random, 2, () => random.Next(1, 3000)),
            Fit = fits[random.Next(fits.Length)],
            Gravity = gravity,
            FocalX = gravity is Gravity.Focal ? 0.25 : null,
            FocalY = gravity is Gravity.Focal ? 0.7 : null,
            Quality = Quality.Of(random.Next(1, 101)),
            Format = formats[random.Next(formats.Length)],
            Background = Maybe(random, 6, () => new Rgba((byte)random.Next(256), 10, 200, byte.MaxValue)),
            Rotation = Maybe(random, 6, () => 90 * random.Next(1, 4)),
            Flip = random.Next(6) == 0,
            Flop = random.Next(6) == 0,
            Blur = Maybe(random, 8, () => random.Next(3, 200) / 10.0),
            Sharpen = Maybe(random, 8, () => random.Next(1, 100) / 10.0),
            Greyscale = random.Next(8) == 0,
            Crop = Maybe(random, 8, () => new CropBox
            {
                X = random.Next(2000),
                Y = random.Next(1500),
                Width = random.Next(1, 2000),
                Height = random.Next(1, 1500),
                IsFraction = false,
            }),
            Dpr = Maybe(random, 8, () => random.Next(10, 41) / 10.0),
            Trim = Maybe(random, 10, () => (double)random.Next(0, 100)),
            Pad = Maybe(random, 10, () => new Padding(random.Next(100), random.Next(100), random.Next(100), random.Next(100))),
            Round = Maybe(random, 10, () => CornerRadius.Of(random.Next(1, 100))),
            Brightness = Maybe(random, 10, () => (double)random.Next(0, 200)),
            Contrast = Maybe(random, 10, () => (double)random.Next(0, 200)),
            Saturation = Maybe(random, 10, () => (double)random.Next(1, 200)),
            Pixelate = Maybe(random, 12, () => random.Next(2, 60)),
            MaxBytes = Maybe(random, 12, () => random.Next(1000, 100_000)),
        };
    }

    private static T? Maybe<T>(Random random, int oneIn, Func<T> make)
        where T : struct => random.Next(oneIn) == 0 ? make() : null;
}
