using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Operations;

[Trait("Level", "Unit")]
public sealed class FormatNegotiationTests
{
    private const string Chrome = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
    private const string ChromeNavigation =
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";

    private const string Firefox = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
    private const string OlderFirefox = "image/avif,image/webp,*/*";
    private const string Safari =
        "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
    private const string Safari15 = "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5";
    private const string Safari13 = "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5";
    private const string InternetExplorer = "image/png, image/svg+xml, image/jxr, image/*; q=0.8, */*; q=0.5";

    private static readonly HashSet<ImageFormat> All = [.. Enum.GetValues<ImageFormat>()];

    [Theory]
    [InlineData(Chrome, ImageFormat.Jpg, ImageFormat.Avif)]
    [InlineData(ChromeNavigation, ImageFormat.Png, ImageFormat.Avif)]
    [InlineData(Firefox, ImageFormat.Jpg, ImageFormat.Avif)]
    [InlineData(OlderFirefox, ImageFormat.Jpg, ImageFormat.Avif)]
    [InlineData(Safari, ImageFormat.Jpg, ImageFormat.Avif)]
    [InlineData(Safari15, ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData(Safari13, ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData(InternetExplorer, ImageFormat.Png, ImageFormat.Png)]
    [InlineData("*/*", ImageFormat.Jpg, ImageFormat.Jpg)] // curl
    [InlineData("*/*", ImageFormat.Avif, ImageFormat.Avif)]
    [InlineData("image/*", ImageFormat.Png, ImageFormat.Png)]
    [InlineData(null, ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData("", ImageFormat.Webp, ImageFormat.Webp)]
    [InlineData("text/html", ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData("image/avif;q=0,image/webp,*/*", ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData("image/avif;q=0.0,image/webp;q=0.000,*/*", ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData("image/avif;q=0.5,image/webp;q=0.9", ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData("image/webp;q=0.5,image/jpeg", ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData("image/webp;q=0.5,image/*;q=0.4", ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData("image/webp,image/jpeg;q=0", ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData("image/jpeg;q=0", ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData("IMAGE/WEBP ; Q=1 , */* ; q=0.1", ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData("image/webp;level=1;q=0,*/*", ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData("image/webp;q=much,*/*", ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData("image/webp;q=2,*/*", ImageFormat.Jpg, ImageFormat.Jpg)]
    [InlineData(",,;;,image/webp,", ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData("image/jxl,image/webp,*/*;q=0.5", ImageFormat.Jpg, ImageFormat.Jxl)]
    [InlineData("image/jxl;q=0.9,image/avif;q=0.8", ImageFormat.Jpg, ImageFormat.Jxl)]
    [InlineData("image/jxl;q=0,image/webp", ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData("*/*", ImageFormat.Jxl, ImageFormat.Jxl)]
    [InlineData("image/webpx,ximage/avif", ImageFormat.Jpg, ImageFormat.Jpg)]
    public void Stills_get_the_best_that_is_accepted(string? accept, ImageFormat extension, ImageFormat chosen) =>
        FormatNegotiation.Choose(accept, extension, All, animated: false).ShouldBe(chosen);

    [Theory]
    [InlineData(Chrome, ImageFormat.Jpg, ImageFormat.Webp)]
    [InlineData(Safari13, ImageFormat.Jpg, ImageFormat.Gif)]
    [InlineData("*/*", ImageFormat.Jpg, ImageFormat.Gif)]
    [InlineData("*/*", ImageFormat.Webp, ImageFormat.Webp)]
    [InlineData(null, ImageFormat.Avif, ImageFormat.Gif)]
    [InlineData("image/webp;q=0,image/avif,*/*", ImageFormat.Jpg, ImageFormat.Gif)]
    public void An_animation_stays_animated(string? accept, ImageFormat extension, ImageFormat chosen) =>
        FormatNegotiation.Choose(accept, extension, All, animated: true).ShouldBe(chosen);

    [Theory]
    [InlineData(Chrome, ImageFormat.Jpg, "png avif jxl webp jpg", ImageFormat.Png)]
    [InlineData(Chrome, ImageFormat.Jpg, "webp png avif jpg", ImageFormat.Webp)]
    [InlineData(Safari, ImageFormat.Jpg, "jxl avif webp jpg png", ImageFormat.Jxl)]
    [InlineData(Chrome, ImageFormat.Jpg, "jxl avif webp jpg png", ImageFormat.Avif)]
    [InlineData(Chrome, ImageFormat.Gif, "gif webp avif png jpg", ImageFormat.Gif)]
    [InlineData(Chrome, ImageFormat.Jpg, "gif webp avif png jpg", ImageFormat.Webp)]
    [InlineData("*/*", ImageFormat.Jpg, "webp avif jpg png", ImageFormat.Jpg)]
    [InlineData("*/*", ImageFormat.Jpg, "png webp jpg", ImageFormat.Png)]
    [InlineData("image/png;q=0,*/*", ImageFormat.Jpg, "png webp jpg", ImageFormat.Jpg)]
    [InlineData(Safari13, ImageFormat.Jpg, "jpg png", ImageFormat.Jpg)]
    [InlineData(Safari13, ImageFormat.Jpg, "png jpg", ImageFormat.Png)]
    [InlineData("image/avif,image/webp,*/*;q=0.1", ImageFormat.Jpg, "png avif webp jpg", ImageFormat.Avif)]
    [InlineData("image/webp,*/*;q=0.8", ImageFormat.Jpg, "jpg webp png", ImageFormat.Webp)]
    public void What_was_measured_decides_between_equal_weights(string accept, ImageFormat extension, string order, ImageFormat chosen) =>
        FormatNegotiation.Choose(accept, extension, All, animated: false, Order(order)).ShouldBe(chosen);

    [Theory]
    [InlineData(Chrome, "gif webp", ImageFormat.Gif)]
    [InlineData(Chrome, "webp gif", ImageFormat.Webp)]
    [InlineData("*/*", "webp gif", ImageFormat.Gif)]
    [InlineData("image/webp,image/gif;q=0", "gif webp", ImageFormat.Webp)]
    public void The_smaller_animation_is_chosen(string accept, string order, ImageFormat chosen) =>
        FormatNegotiation.Choose(accept, ImageFormat.Jpg, All, animated: true, Order(order)).ShouldBe(chosen);

    private static ImageFormat[] Order(string names) => [.. names.Split(' ').Select(static name => Enum.Parse<ImageFormat>(name, ignoreCase: true))];

    [Fact]
    public void A_format_that_the_policy_forbids_is_not_chosen()
    {
        HashSet<ImageFormat> allowed = [ImageFormat.Jpg, ImageFormat.Webp];
        FormatNegotiation.Choose(Chrome, ImageFormat.Jpg, allowed, animated: false).ShouldBe(ImageFormat.Webp);
        FormatNegotiation.Choose("*/*", ImageFormat.Png, allowed, animated: false).ShouldBe(ImageFormat.Png, "the policy then refuses it by name");
        FormatNegotiation.Choose("image/webp;q=0.1,*/*", ImageFormat.Png, allowed, animated: false).ShouldBe(ImageFormat.Webp);
        FormatNegotiation.Choose("*/*", ImageFormat.Jpg, allowed, animated: true).ShouldBe(ImageFormat.Jpg);
    }
}
