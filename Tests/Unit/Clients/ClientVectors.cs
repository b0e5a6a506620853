using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Tests.Support;

namespace ImageService.Tests.Clients;

/// <summary>
/// <c>Clients/vectors.json</c>: the URLs and signatures that every client must write, made by the server's own writer and signer. <c>UPDATE_VECTORS=1</c>
/// writes the file anew.
/// </summary>
internal static class ClientVectors
{
    private const string Asset = "01KAVW3S8N2V4B6D8F0H2K4M6P";
    private const string Website = "0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b";
    private const string Shop = "0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4c";
    private const string Private = $"/v1/priv/acme/website/confidential/img/{Asset}/v3/";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The file in the source tree.</summary>
    public static string File { get; } = Repository.PathOf("Clients", "vectors.json");

    /// <summary>A URL's input as clients take it, and its operations in the URL's grammar.</summary>
    public static IReadOnlyList<Build> Builds { get; } =
    [
        new("original", new { original = true }, "original"),
        new("nothing asked for is the original", null, "original") { Extension = ImageFormat.Png },
        new("width", new { width = 800 }, "w_800"),
        new("both sides", new { width = 800, height = 600, fit = "cover" }, "w_800-h_600-f_cover") { Extension = ImageFormat.Webp },
        new("height alone", new { height = 600 }, "h_600"),
        new("contain on a colour", new { width = 400, height = 400, fit = "contain", background = "#FFCC00" }, "w_400-h_400-f_contain-b_ffcc00"),
        new("pad on a colour of three digits", new { width = 400, height = 300, fit = "pad", gravity = "southeast", background = "fc0" },
            "w_400-h_300-f_pad-g_southeast-b_ffcc00"),
        new("a transparent colour", new { width = 400, height = 300, fit = "pad", background = "#ffcc0080" },
            "w_400-h_300-f_pad-b_ffcc0080") { Extension = ImageFormat.Png },
        new("fill", new { width = 300, height = 300, fit = "fill" }, "w_300-h_300-f_fill"),
        new("inside", new { width = 300, height = 300, fit = "inside" }, "w_300-h_300-f_inside"),
        new("outside", new { width = 300, height = 300, fit = "outside" }, "w_300-h_300-f_outside"),
        .. Gravities().Select(gravity => new Build($"gravity {gravity}", new { width = 300, height = 300, gravity }, $"w_300-h_300-g_{gravity}")),
        new("a focal point", new { width = 300, height = 300, fit = "cover", gravity = "focal", focalX = 0.25, focalY = 0.6667 },
            "w_300-h_300-f_cover-g_focal-fx_0.25-fy_0.6667"),
        new("quality", new { width = 640, quality = 72 }, "w_640-q_72"),
        new("automatic quality", new { width = 640, quality = "auto" }, "w_640-q_auto"),
        new("economical quality", new { width = 640, quality = "eco" }, "w_640-q_eco"),
        new("automatic format", new { width = 640, format = "auto" }, "fmt_auto-w_640"),
        .. Enum.GetValues<ImageFormat>()
            .Select(format => new Build($"format {format.Name()}", new { width = 640, format = format.Name() }, $"fmt_{format.Name()}-w_640")),
        .. Enum.GetValues<ImageFormat>().Select(format => new Build($"extension {format.Name()}", new { width = 640 }, "w_640") { Extension = format }),
        new("rotation 90", new { rotation = 90 }, "r_90"),
        new("rotation 180", new { rotation = 180 }, "r_180"),
        new("rotation 270", new { rotation = 270 }, "r_270"),
        new("sharpen", new { width = 640, sharpen = 1.5 }, "w_640-sharpen_1.5"),
        new("blur", new { width = 640, blur = 12.25 }, "w_640-blur_12.25"),
        new("greyscale", new { width = 640, greyscale = true }, "w_640-bw"),
        new("mirrored left to right", new { width = 640, flip = true }, "w_640-flip"),
        new("mirrored top to bottom", new { width = 640, flop = true }, "w_640-flop"),
        new("a flag that is off", new { width = 640, greyscale = false, flip = false, flop = false }, "w_640"),
        new("aspect ratio", new { width = 640, aspectRatio = "16:9" }, "w_640-ar_16:9"),
        new("device pixels", new { width = 320, height = 200, dpr = 2 }, "w_320-h_200-dpr_2"),
        new("a fraction of device pixels", new { width = 320, dpr = 1.33 }, "w_320-dpr_1.33"),
        new("crop in px", new { width = 320, crop = new[] { 10, 20, 300, 200 } }, "w_320-crop_10,20,300,200"),
        new("crop in fractions", new { width = 320, crop = new[] { 0.1, 0, 0.5, 1 } }, "w_320-crop_0.1,0.0,0.5,1.0"),
        new("trim", new { trim = 12.5 }, "trim_12.5"),
        new("trim without tolerance", new { trim = 0 }, "trim_0"),
        new("pad on all sides", new { width = 320, pad = 20 }, "w_320-pad_20"),
        new("pad by axes", new { width = 320, pad = new[] { 20, 40 } }, "w_320-pad_20,40"),
        new("pad by sides", new { width = 320, pad = new[] { 1, 2, 3, 4 }, background = "102030" }, "w_320-b_102030-pad_1,2,3,4"),
        new("rounded corners", new { width = 320, round = 24 }, "w_320-round_24") { Extension = ImageFormat.Png },
        new("a circle", new { width = 320, height = 320, round = "max" }, "w_320-h_320-round_max") { Extension = ImageFormat.Webp },
        new("tones", new { width = 320, brightness = 110, contrast = 95.5, saturation = 0, gamma = 2.2 }, "w_320-bri_110-con_95.5-sat_0-gam_2.2"),
        new("tint", new { width = 320, tint = "#0A7" }, "w_320-tint_00aa77"),
        new("duotone", new { width = 320, duotone = new[] { "#102030", "fed" } }, "w_320-duotone_102030,ffeedd"),
        new("pixelate", new { width = 320, pixelate = 16 }, "w_320-pixelate_16"),
        new("largest file", new { width = 1600, maxBytes = 100000 }, "w_1600-bytes_100000"),
        new("overlays", new { width = 320, overlays = new[] { "badge", "new_in", "frame" } }, "w_320-o_badge-o2_new_in-o3_frame"),
        new("lengths of overlays", new { width = 320, dpr = 2, overlays = new[] { "badge" }, overlayDpr = 1.5 }, "w_320-dpr_2-o_badge-odpr_1.5"),
        new("a text with ~ and _", new { overlays = new[] { "badge" }, texts = Texts(">>>???") }, "o_badge-t1_Pj4~Pz8_") { Space = "confidential",
            Access = AssetAccess.Private },
        new(
            "texts",
            new { overlays = new[] { "badge" }, texts = Texts("Größe 50 %", "日本", "", "4", "5", "6", "7", "8", "a\nb") },
            "o_badge-t1_R3LDtsOfZSA1MCAl-t2_5pel5pys-t3_-t4_NA-t5_NQ-t6_Ng-t7_Nw-t8_OA-t9_YQpi"),
        new("preset", new { preset = "card" }, "preset_card"),
        new("a preset with something else", new { preset = "card_2", width = 640, quality = 60 }, "preset_card_2-w_640-q_60") { Extension = ImageFormat.Avif },
        new("members in another order", new { greyscale = true, quality = 80, fit = "inside", height = 200, width = 100, format = "auto" },
            "fmt_auto-w_100-h_200-f_inside-q_80-bw"),
        new("private", new { width = 640 }, "w_640") { Space = "confidential", Access = AssetAccess.Private, Version = 12 },
        new("an id in lower case", new { width = 640 }, "w_640") { WrittenAsset = Asset.ToLowerInvariant() },
        new("another place", new { width = 640 }, "w_640") { BaseUrl = "https://cdn.example.org", Organization = "north-wind", Tenant = "shop2", Space = "a" },
        new("a host of the space's own, with a port", new { width = 640 }, "w_640") { BaseUrl = "http://pictures.localhost:8080" },
        new("a base URL with a path and a slash at its end", new { width = 640 }, "w_640") { BaseUrl = "https://www.example.com/images/" },
        new("without a base URL", new { width = 640 }, "w_640") { BaseUrl = null },
    ];

    /// <summary>What is signed.</summary>
    public static IReadOnlyList<Sign> Signs { get; } =
    [
        new() { Key = 1, Path = Private + "w_800-h_600.jpg", Exp = 1767226200, Hostname = "images.example.com", TenantId = Website },
        new() { Key = 2, Path = Private + "original.png", Exp = 1767226200, Hostname = "images.example.com", TenantId = Website },
        new() { Key = 1, Path = Private + "w_800-h_600.jpg", Exp = 1767229800, Hostname = "images.example.com", TenantId = Website },
        new() { Key = 1, Path = Private + "w_800-h_600.jpg", Exp = 1767226200, Hostname = "localhost", TenantId = Website },
        new()
        {
            Key = 3,
            Path = $"/v1/priv/acme/shop/orders/img/{Asset}/v1/preset_card.webp",
            Exp = 4102444800,
            Hostname = "img.shop.example",
            TenantId = Shop,
        },
        new()
        {
            Key = 1,
            Path = $"/v1/pub/acme/website/marketing/img/{Asset}/v1/w_640.avif",
            Exp = 1767226200,
            Hostname = "images.example.com",
            TenantId = Website,
        },
        new() { Key = 1, Path = Private + "w_400.webp", Exp = 1767226200, Hostname = "images.example.com", TenantId = Website, Scope = "asset" },
        new() { Key = 1, Path = Private + "fmt_auto-w_1600-q_80.jpg", Exp = 1767226200, Hostname = "images.example.com", TenantId = Website, Scope = "asset" },
        new() { Key = 1, Path = Private + "preset_card-w_400.webp", Exp = 1767226200, Hostname = "images.example.com", TenantId = Website, Scope = "asset" },
        new()
        {
            Key = 2,
            Path = Private + "w_400-h_300-f_cover-g_smart-dpr_2-bw.jpg",
            Exp = 1767226200,
            Hostname = "images.example.com",
            TenantId = Website,
            Scope = "asset",
        },
        new() { Key = 2, Path = Private + "w_400-f_auto.jpg", Exp = 1767226200, Hostname = "images.example.com", TenantId = Website, Scope = "asset" },
        new() { Key = 2, Path = Private + "original.jpg", Exp = 1767226200, Hostname = "images.example.com", TenantId = Website, Scope = "asset" },
        new()
        {
            Key = 3,
            Path = $"/v1/pub/acme/shop/orders/img/{Asset}/v1/w_1-ar_16:9.gif",
            Exp = 4102444800,
            Hostname = "img.shop.example",
            TenantId = Shop,
            Scope = "asset",
        },
    ];

    /// <summary>The file's text, as the server makes it.</summary>
    public static string Make() => JsonSerializer.Serialize(
        new
        {
            build = Builds.Select(build => new { build.Name, build.Input, build.Url }),
            sign = Signs.Select(sign => new { sign.Secret, sign.Path, sign.Exp, sign.Hostname, sign.TenantId, sign.Scope, sign.Sig }),
        },
        Json) + "\n";

    private static Dictionary<int, string> Texts(params string[] texts) => texts.Index().ToDictionary(text => text.Index + 1, text => text.Item);

    private static IEnumerable<string> Gravities() => Enum.GetValues<Gravity>().Select(gravity => gravity.Name());

    /// <summary>One URL.</summary>
    internal sealed record Build(string Name, object? Operations, string Text)
    {
        public string? BaseUrl { get; init; } = "https://images.example.com";

        public string Organization { get; init; } = "acme";

        public string Tenant { get; init; } = "website";

        public string Space { get; init; } = "marketing";

        public AssetAccess Access { get; init; } = AssetAccess.Public;

        public string WrittenAsset { get; init; } = Asset;

        public int Version { get; init; } = 3;

        public ImageFormat Extension { get; init; } = ImageFormat.Jpg;

        /// <summary>As clients take it; what has a default is left out where it has it.</summary>
        public object Input => new
        {
            baseUrl = BaseUrl,
            organization = Organization,
            tenant = Tenant,
            space = Space,
            access = Access is AssetAccess.Private ? "private" : null,
            asset = WrittenAsset,
            version = Version,
            operations = Operations,
            extension = Extension is ImageFormat.Jpg ? null : Extension.Name(),
        };

        /// <summary>As the server writes it.</summary>
        public string Url
        {
            get
            {
                var id = AssetId.TryParse(WrittenAsset, out var parsed) ? parsed : throw new FormatException(WrittenAsset);
                var operations = OperationsText.Write(OperationsParser.Parse(Text).Value);
                var address = new ImageAddress
                {
                    Organization = Organization,
                    Tenant = Tenant,
                    Space = Space,
                    Asset = id,
                    Version = Version,
                    Access = Access,
                };
                return ImageUrlBuilder.Absolute(BaseUrl ?? "", ImageUrlBuilder.Path(address, operations, Extension));
            }
        }
    }

    /// <summary>One signature.</summary>
    internal sealed record Sign
    {
        public required int Key { get; init; }

        public required string Path { get; init; }

        public required long Exp { get; init; }

        public required string Hostname { get; init; }

        public required string TenantId { get; init; }

        public string? Scope { get; init; }

        /// <summary>As the API shows it.</summary>
        public string Secret => Base64Url.EncodeToString(Bytes);

        public string Sig => UrlSignature.Sign(
            Bytes, new SignedRequest(Scope is null ? Path : PathTemplate.Of(Path), Exp, UrlSignature.Hostname(Hostname), Guid.Parse(TenantId)));

        public byte[] Bytes => SHA256.HashData(Encoding.UTF8.GetBytes($"a secret of the vectors, number {Key}"));
    }
}
