using ImageService.Client;
using ImageService.Client.AspNetCore;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Clients;

/// <summary>What the TagHelper and the component write for an asset.</summary>
[Trait("Level", "Unit")]
public sealed class ImageMarkupTests
{
    private const string Place = "acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v3/";
    private const string Hash = "1QcSHQRnh493V4dIh4eXh1h4kJUI";

    private static readonly ImageAsset Photo = new()
    {
        Id = "01KAVW3S8N2V4B6D8F0H2K4M6P", Version = 3, Tenant = "website", Space = "marketing", Folder = "/", Access = ImageAccess.Public,
        Filename = "hero.jpg", Format = "jpg",
        Width = 1500, Height = 1000, Urls = new AssetUrls($"https://api.example/v1/pub/{Place}original.jpg", new Dictionary<string, string>()),
        ThumbHash = Hash,
    };

    private static readonly ImageAsset Secret = Photo with
    {
        Access = ImageAccess.Private,
        Urls = new AssetUrls($"https://api.example/v1/priv/{Place}original.jpg", new Dictionary<string, string>()),
    };

    [Fact]
    public void A_picture_without_a_width_has_the_usual_widths_up_to_its_own()
    {
        var image = Markup().For(Photo);
        image.Src.ShouldBe($"https://api.example/v1/pub/{Place}fmt_auto-w_1280.jpg");
        image.Srcset.Split(", ").Select(candidate => candidate.Split(' ')[1]).ShouldBe(["320w", "480w", "640w", "828w", "1080w", "1200w", "1500w"]);
        (image.Sizes, image.Width, image.Height).ShouldBe(("100vw", 1500, 1000));
        image.Style.ShouldStartWith("background:url(data:image/png;base64,");
    }

    [Fact]
    public void A_width_on_the_page_ends_the_srcset_at_twice_of_it_and_keeps_the_shape()
    {
        var image = Markup().For(Photo, new ImageOperations { Width = 400, Height = 300, Fit = Fit.Cover, Gravity = Gravity.Smart });
        image.Src.ShouldBe($"https://api.example/v1/pub/{Place}fmt_auto-w_400-h_300-f_cover-g_smart.jpg");
        image.Srcset.ShouldContain("fmt_auto-w_640-h_480-f_cover-g_smart.jpg 640w");
        image.Srcset.ShouldEndWith(" 640w");
        (image.Sizes, image.Width, image.Height).ShouldBe(("(min-width: 400px) 400px, 100vw", 400, 300));
    }

    [Fact]
    public void An_original_narrower_than_the_page_keeps_the_shape_too()
    {
        var image = Markup().For(Photo with { Width = 200, Height = 200 }, new ImageOperations { Width = 400, Height = 300 });
        image.Src.ShouldEndWith("fmt_auto-w_200-h_150.jpg");
        image.Srcset.ShouldEndWith("fmt_auto-w_200-h_150.jpg 200w");
    }

    [Fact]
    public void Sides_are_told_only_where_the_shape_is_known()
    {
        Sides(new() { Width = 300, AspectRatio = "3:1" }).ShouldBe((300, 100));
        Sides(new() { Width = 300, AspectRatio = 1.5 }).ShouldBe((300, 200));
        Sides(new() { Width = 300, Greyscale = true }).ShouldBe((300, 200));
        Sides(new() { Width = 300, Rotation = 90 }).ShouldBe((null, null));
        Sides(new() { Preset = "card" }).ShouldBe((null, null));

        (int? Width, int? Height) Sides(ImageOperations operations) => Markup().For(Photo, operations) is var image ? (image.Width, image.Height) : default;
    }

    [Fact]
    public void No_placeholder_shows_through_a_picture_that_does_not_cover_it()
    {
        Markup().For(Photo with { HasAlpha = true }).Placeholder.ShouldBeNull();
        Markup().For(Photo, new ImageOperations { Round = "max" }).Placeholder.ShouldBeNull();
        Markup().For(Photo, new ImageOperations { Width = 9, Height = 9, Fit = Fit.Contain }).Placeholder.ShouldBeNull();
        Markup().For(Photo with { ThumbHash = null }).Placeholder.ShouldBeNull();
    }

    [Fact]
    public void A_private_picture_carries_one_signature_in_all_candidates_and_none_without_a_key()
    {
        var image = Markup(options => options.SigningKey = new SigningKey("key_1", "qFzUfUdRAyjreopfC5tG4lUoYk_aFLtJd9-foPMtFBs", Guid.NewGuid()),
            "https://cdn.example").For(Secret);
        var urls = image.Srcset.Split(", ").Select(candidate => new Uri(candidate.Split(' ')[0])).Append(new Uri(image.Src)).ToList();
        urls.ShouldAllBe(url => url.Host == "cdn.example" && url.Query.EndsWith("&kid=key_1&scope=asset"));
        urls.Select(url => url.Query).Distinct().ShouldHaveSingleItem();
        Should.Throw<InvalidOperationException>(() => Markup().For(Secret)).Message.ShouldContain("ImageService:SigningKey");
    }

    [Theory]
    [InlineData("ApiUrl", "relative", "key", 60)]
    [InlineData("ApiUrl", null, "key", 60)]
    [InlineData("ApiKey", "https://api.example", " ", 60)]
    [InlineData("SignedFor", "https://api.example", "key", 59)]
    public void Options_are_judged_with_a_word_on_how_to_mend_them(string name, string? url, string key, int seconds)
    {
        var services = new ServiceCollection();
        services.AddImageService(options =>
            (options.ApiUrl, options.ApiKey, options.SignedFor) = (url is null ? null : new Uri(url, UriKind.RelativeOrAbsolute), key,
            TimeSpan.FromSeconds(seconds)));
        using var provider = services.BuildServiceProvider();
        Should.Throw<OptionsValidationException>(() =>
            provider.GetRequiredService<IOptions<ImageServiceOptions>>().Value).Message.ShouldContain("ImageService:" + name);
    }

    [Fact]
    public void A_client_is_registered_on_the_base_url()
    {
        var services = new ServiceCollection();
        services.AddImageService(options => (options.ApiUrl, options.ApiKey) = (new Uri("https://api.example/"), "key"));
        using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<ImageServiceClient>().ShouldNotBeNull();
        provider.GetRequiredService<ImageMarkup>().ShouldNotBeNull();
    }

    [Fact]
    public void The_tag_helper_writes_an_img_and_leaves_other_attributes()
    {
        var output = Output("image-service", ("alt", "A chair"), ("loading", "eager"), ("style", "border:0"));
        var helper = new ImageTagHelper(Markup()) { Asset = Photo, Width = 300, Operations = new ImageOperations { Greyscale = true } };
        helper.Process(Context(), output);
        output.TagName.ShouldBe("img");
        Attribute(output, "src").ShouldBe($"https://api.example/v1/pub/{Place}fmt_auto-w_300-bw.jpg");
        Attribute(output, "srcset").ShouldEndWith(" 480w");
        (Attribute(output, "width"), Attribute(output, "height"), Attribute(output, "alt")).ShouldBe(("300", "200", "A chair"));
        (Attribute(output, "loading"), Attribute(output, "style"), Attribute(output, "decoding")).ShouldBe(("eager", "border:0", "async"));
    }

    [Fact]
    public void The_tag_helper_can_do_without_inline_styles_and_load_first()
    {
        var output = Output("img");
        new ImageTagHelper(Markup()) { Asset = Photo, Placeholder = false, Priority = true, Preset = "card" }.Process(Context(), output);
        output.Attributes.ContainsName("style").ShouldBeFalse();
        (Attribute(output, "loading"), Attribute(output, "fetchpriority")).ShouldBe(("eager", "high"));
        Attribute(output, "src").ShouldContain("/preset_card-fmt_auto-w_1280.jpg");
        Should.Throw<InvalidOperationException>(() => new ImageTagHelper(Markup()).Process(Context(), Output("img")));
    }

    [Fact]
    public async Task The_component_writes_a_picture_with_a_source_a_format()
    {
        var services = new ServiceCollection().AddSingleton(Markup()).BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            ["Asset"] = Photo, ["Alt"] = "A \"chair\"", ["Operations"] = new ImageOperations { Width = 320 },
            ["Formats"] = (ImageFormat[])[ImageFormat.Avif, ImageFormat.Webp], ["class"] = "hero",
        });
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<Picture>(parameters)).ToHtmlString());
        html.ShouldContain($"<source type=\"image/avif\" srcset=\"https://api.example/v1/pub/{Place}fmt_avif-w_320.jpg 320w, ");
        html.ShouldContain("<source type=\"image/webp\"");
        html.ShouldContain("class=\"hero\"");
        html.ShouldContain("alt=\"A &quot;chair&quot;\"");
        html.ShouldContain($"src=\"https://api.example/v1/pub/{Place}fmt_auto-w_320.jpg\"");
        html.ShouldContain("style=\"background:url(data:image/png;base64,");
        html.ShouldContain("width=\"320\" height=\"213\"");
    }

    private static ImageMarkup Markup(Action<ImageServiceOptions>? configure = null, string? imagesUrl = null)
    {
        var options = new ImageServiceOptions { ImagesUrl = imagesUrl };
        configure?.Invoke(options);
        return new ImageMarkup(Options.Create(options));
    }

    private static TagHelperContext Context() => new([], new Dictionary<object, object>(), "1");

    private static TagHelperOutput Output(string tag, params (string Name, string Value)[] attributes) =>
        new(tag, [.. attributes.Select(attribute => new TagHelperAttribute(attribute.Name, attribute.Value))], (_, _) =>
            Task.FromResult<TagHelperContent>(new DefaultTagHelperContent()));

    private static string Attribute(TagHelperOutput output, string name) => output.Attributes[name]?.Value.ToString() ?? "";
}
