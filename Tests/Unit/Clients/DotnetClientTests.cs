using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using ImageService.Client;
using ImageService.Core.Policies;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;
using CoreThumbHash = ImageService.Core.Engine.Previews.ThumbHash;
using ThumbHash = ImageService.Client.ThumbHash;

namespace ImageService.Tests.Clients;

/// <summary>
/// The .NET client writes and signs what the vectors say, refuses what cannot be in a URL, draws placeholders, and is packed as it should be.
/// </summary>
[Trait("Level", "Unit")]
public sealed class DotnetClientTests
{
    private const string Folder = "/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v3/";

    private static readonly ImageUrl Hero = new()
    {
        Organization = "acme", Tenant = "website", Space = "marketing", Asset = "01KAVW3S8N2V4B6D8F0H2K4M6P",
        Version = 3
    };

    private static readonly SigningKey Key = new("key_1", "qFzUfUdRAyjreopfC5tG4lUoYk_aFLtJd9-foPMtFBs", Guid.Parse("0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b"));

    public static TheoryData<string, ImageUrl> Impossible => new()
    {
        { "Asset", Hero with { Asset = "../../../v1/assets/x/y/z//" } },
        { "Version", Hero with { Version = 0 } },
        { "Organization", Hero with { Organization = "Acme" } },
        { "Tenant", Hero with { Tenant = "a/b" } },
        { "Space", Hero with { Space = "-a" } },
        { "Extension", Hero with { Extension = "jpg?sig=" } },
        { "preset", Hero with { Operations = new() { Preset = "card-2" } } },
        { "w ", Hero with { Operations = new() { Width = "1/../2" } } },
        { "w ", Hero with { Operations = new() { Width = -1 } } },
        { "sharpen", Hero with { Operations = new() { Sharpen = double.NaN } } },
        { "b ", Hero with { Operations = new() { Background = "red;x" } } },
        { "Original", Hero with { Operations = new() { Original = true, Width = 1 } } },
        { "200", Hero with { Operations = new() { Texts = new Dictionary<int, string> { [1] = new('ä', 101) } } } },
        { "1 to 9", Hero with { Operations = new() { Texts = new Dictionary<int, string> { [10] = "a" } } } },
    };

    [Fact]
    public void Every_vector_is_built()
    {
        using var file = Vectors();
        foreach (var vector in file.RootElement.GetProperty("build").EnumerateArray())
            vector.GetProperty("input").Deserialize<ImageUrl>(JsonSerializerOptions.Web)!.ToString()
                .ShouldBe(vector.GetProperty("url").GetString(), vector.GetProperty("name").GetString());
    }

    [Fact]
    public void Every_vector_is_signed()
    {
        using var file = Vectors();
        foreach (var vector in file.RootElement.GetProperty("sign").EnumerateArray())
        {
            var (secret, path, hostname, sig) = (Text("secret"), Text("path"), Text("hostname"), Text("sig"));
            var (exp, tenant) = (vector.GetProperty("exp").GetInt64(), Guid.Parse(Text("tenantId")));
            var scope = vector.TryGetProperty("scope", out _) ? SignatureScope.Asset : SignatureScope.Url;
            ImageUrlSigner.Signature(secret, path, exp, hostname, tenant, scope).ShouldBe(sig, path);
            new ImageUrlSigner(new SigningKey("key_1", secret, tenant))
                .Sign($"https://{hostname.ToUpperInvariant()}:8443{path}?sig=old#part", DateTimeOffset.FromUnixTimeSeconds(exp), scope)
                .ShouldBe($"https://{hostname.ToUpperInvariant()}:8443{path}?sig={sig}&exp={exp}&kid=key_1{(scope is SignatureScope.Asset ? "&scope=asset" : "")}");

            string Text(string name) => vector.GetProperty(name).GetString()!;
        }
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_cannot_be_in_a_url_is_refused_by_name(string words, ImageUrl url) =>
        Should.Throw<InvalidOperationException>(() => url.ToString()).Message.ShouldContain(words);

    [Fact]
    public void The_end_of_a_signature_is_rounded_up_to_the_step_asked_for()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(7_201));
        var signer = new ImageUrlSigner(Key, clock);
        signer.Sign("https://a.example" + Folder + "w_1.jpg", TimeSpan.FromHours(1), step: TimeSpan.FromHours(1)).ShouldContain("&exp=14400&");
        signer.Sign("https://a.example" + Folder + "w_1.jpg", TimeSpan.FromSeconds(10)).ShouldContain("&exp=7211&");
        Should.Throw<ArgumentException>(() => signer.Sign(Folder + "w_1.jpg", TimeSpan.FromHours(1)));
        Should.Throw<ArgumentException>(() => signer.Sign("ftp://a.example" + Folder + "w_1.jpg", TimeSpan.FromHours(1)));
        Should.Throw<ArgumentException>(() => new ImageUrlSigner(Key with { Secret = "c2hvcnQ" }));
        Key.ToString().ShouldNotContain(Key.Secret);
    }

    [Theory]
    [InlineData("original.png", 640, "fmt_auto-w_640.png")]
    [InlineData("preset_card-w_400-g_smart-bw.webp", 828, "preset_card-fmt_auto-w_828-g_smart-bw.webp")]
    [InlineData("w_400-q_60-f_auto.jpg", 200, "fmt_auto-w_200-q_60.jpg")]
    [InlineData("bw-f_cover-w_10.jpg", 20, "fmt_auto-w_20-bw-f_cover.jpg")]
    [InlineData("w_800-h_600-dpr_2-o2_a-t1_SGk~.jpg?x=1", 400, "fmt_auto-w_400-h_300-o2_a-t1_SGk~.jpg?x=1")]
    [InlineData("h_600-fmt_webp.jpg", 400, "fmt_webp-w_400.jpg")]
    public void A_resized_url_keeps_all_else(string from, int width, string to) =>
        Srcset.Resize("https://a.example/x" + Folder + from, width).ShouldBe("https://a.example/x" + Folder + to);

    [Fact]
    public void A_srcset_has_each_width_once_none_above_the_original_and_one_signature()
    {
        Srcset.Of(Folder + "w_9.jpg", [640, 320, 1280, 2560], 1000)
            .ShouldBe(string.Join(", ", new[] { 320, 640, 1000 }.Select(width => $"{Folder}fmt_auto-w_{width}.jpg {width}w")));
        var signed = new ImageUrlSigner(Key).Sign("https://a.example" + Folder + "w_9-bw.jpg", TimeSpan.FromHours(1), SignatureScope.Asset);
        var query = signed[signed.IndexOf('?', StringComparison.Ordinal)..];
        Srcset.Of(signed, [1, 2], format: ImageFormat.Avif)
            .ShouldBe($"https://a.example{Folder}fmt_avif-w_1-bw.jpg{query} 1w, https://a.example{Folder}fmt_avif-w_2-bw.jpg{query} 2w");
        Should.Throw<ArgumentException>(() => Srcset.Resize(Folder + "w_1.jpg?sig=x&exp=1&kid=k", 2)).Message.ShouldContain("scope \"asset\"");
        Should.Throw<FormatException>(() => Srcset.Resize("/logo.svg", 2));
    }

    [Fact]
    public void Usual_widths_are_steps_of_the_usual_ladder_and_the_same_in_both_clients()
    {
        Srcset.Widths.ShouldBeSubsetOf(PublicLadder.Widths);
        File.ReadAllText(Repository.PathOf("Clients", "typescript", "src", "resize.ts")).ShouldContain($"= [{string.Join(", ", Srcset.Widths)}];");
    }

    [Fact]
    public void An_original_is_read_in_parts_and_written_again()
    {
        foreach (var url in (string[])["https://a.example:8443/x" + Folder + "original.png",
            Folder.Replace("/pub/", "/priv/", StringComparison.Ordinal) + "original.jpg"])
            ImageUrl.ParseOriginal(url + "?sig=1").ToString().ShouldBe(url);
        foreach (var url in (string[])[Folder + "w_1.jpg", "/original.jpg", "", Folder.Replace("v3", "v0", StringComparison.Ordinal) + "original.jpg"])
            Should.Throw<FormatException>(() => ImageUrl.ParseOriginal(url));
    }

    [Theory]
    [InlineData(64, 32)]
    [InlineData(30, 60)]
    [InlineData(50, 50)]
    public void A_placeholder_looks_like_the_picture_the_server_hashed(int width, int height)
    {
        var (pixels, w, h) = ThumbHash.Decode(CoreThumbHash.Encode(Halves(width, height, 255), width, height))!.Value;

        Math.Max(w, h).ShouldBe(32);
        ((double)w / h).ShouldBe((double)width / height, 0.3);
        var (left, right) = (At(w / 8), At((w * 7) / 8));
        left.ShouldSatisfyAllConditions(() => ((int)left.Red).ShouldBeGreaterThan(150), () => ((int)left.Blue).ShouldBeLessThan(110), () =>
            left.Alpha.ShouldBe((byte)255));
        right.ShouldSatisfyAllConditions(() => ((int)right.Blue).ShouldBeGreaterThan(150), () => ((int)right.Red).ShouldBeLessThan(110));

        (byte Red, byte Blue, byte Alpha) At(int x) =>
            (pixels[((h / 2 * w) + x) * 4], pixels[(((h / 2 * w) + x) * 4) + 2], pixels[(((h / 2 * w) + x) * 4) + 3]);
    }

    [Fact]
    public void A_placeholder_is_a_png_with_the_pictures_transparency()
    {
        var hash = CoreThumbHash.Encode(Halves(60, 40, 0), 60, 40);
        var png = Convert.FromBase64String(ThumbHash.ToDataUrl(hash)!.Split(',')[1]);
        using var image = NetVips.Image.NewFromBuffer(png);
        var (pixels, width, height) = ThumbHash.Decode(hash)!.Value;
        (image.Width, image.Height, image.Bands).ShouldBe((width, height, 4));
        image.WriteToMemory<byte>().ShouldBe(pixels);
        image.Getpoint(1, height / 2)[3].ShouldBeGreaterThan(180);
        image.Getpoint(width - 2, height / 2)[3].ShouldBeLessThan(70);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAA=")]
    [InlineData("////////")]
    public void What_is_no_hash_has_no_placeholder(string? hash) => ThumbHash.ToDataUrl(hash).ShouldBeNull();

    [Fact]
    public void No_hash_however_cut_or_bent_is_more_than_a_placeholder_or_none()
    {
        var random = new Random(17);
        var bytes = new byte[48];
        for (var i = 0; i < 2_000; i++)
        {
            random.NextBytes(bytes);
            if (ThumbHash.Decode(Convert.ToBase64String(bytes, 0, random.Next(bytes.Length))) is var (pixels, width, height))
                (pixels.Length == width * height * 4 && width is >= 1 and <= 32 && height is >= 1 and <= 32).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("ImageService.Client", new string[0], new string[0])]
    [InlineData("ImageService.Client.AspNetCore", new[] { "ImageService.Client" }, new[] { "Microsoft.AspNetCore.App" })]
    public void The_package_holds_code_documentation_and_page_and_depends_on_what_it_says(string package, string[] dependencies, string[] frameworks)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        using var packed = ZipFile.OpenRead(Repository.PathOf("Clients", "dotnet", package, "bin", configuration, $"{package}.1.0.0.nupkg"));
        packed.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal)
            && name != "[Content_Types].xml")
            .ShouldBe([$"{package}.nuspec", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml", "README.md"], ignoreOrder: true);
        using var stream = packed.GetEntry($"{package}.nuspec")!.Open();
        var nuspec = XDocument.Load(stream);
        Ids("dependency", "id").ShouldBe(dependencies);
        Ids("frameworkReference", "name").ShouldBe(frameworks);
        nuspec.Descendants().Single(element => element.Name.LocalName == "license").Value.ShouldBe("MIT");

        IEnumerable<string> Ids(string name, string attribute) =>
            nuspec.Descendants().Where(element => element.Name.LocalName == name).Select(element => element.Attribute(attribute)!.Value);
    }

    private static JsonDocument Vectors() => JsonDocument.Parse(File.ReadAllText(ClientVectors.File));

    /// <summary>Red on the left; on the right blue of the alpha given.</summary>
    private static byte[] Halves(int width, int height, byte alpha)
    {
        var pixels = new byte[width * height * 4];
        for (var i = 0; i < width * height; i++)
            (pixels[i * 4], pixels[(i * 4) + 2], pixels[(i * 4) + 3]) = i % width < width / 2 ? ((byte)230, (byte)20, (byte)255) : ((byte)20, (byte)230, alpha);
        return pixels;
    }
}
