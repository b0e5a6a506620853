using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>
/// imgproxy: <c>/{signature}/{option}:{argument}…/plain/{source}[@{ext}]</c>, or the source in base64url. The signature is base64url, without padding, of HMAC-SHA256 over the salt and all behind it
/// with its leading slash, whole or its first bytes.
/// </summary>
internal sealed class ImgproxyDialect : IUrlDialect
{
    private const string Plain = "plain";

    public UrlDialect Name => UrlDialect.Imgproxy;

    public bool HasSignatures => true;

    public Result<OldUrl> Split(string target)
    {
        var (path, _) = TargetText.Parts(target);
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0].Length > 0 || parts[1].Length == 0)
            return DialectErrors.NotFound;
        List<OldOption> options = [];
        var at = 2;
        for (; at < parts.Length && parts[at].Contains(':', StringComparison.Ordinal); at++)
        {
            var colon = parts[at].IndexOf(':', StringComparison.Ordinal);
            options.Add(new OldOption(ImgproxyWords.LongName(parts[at][..colon]), TargetText.Decode(parts[at][(colon + 1)..])));
        }

        if (at >= parts.Length || parts[at].Length == 0)
            return DialectErrors.NotFound;
        if (parts[at] is "enc")
            return DialectErrors.Unreadable("its source is encrypted");
        var isPlain = parts[at] is Plain;
        var tail = isPlain ? string.Join('/', parts[(at + 1)..]) : string.Concat(parts[at..]);
        var mark = tail.LastIndexOf(isPlain ? '@' : '.');
        var source = mark < 0 ? tail : tail[..mark];
        if (mark >= 0 && mark < tail.Length - 1)
            options.Add(new OldOption("format", TargetText.Decode(tail[(mark + 1)..])));
        var name = isPlain ? TargetText.Source(source) : TargetText.Base64(source)?.TrimStart('/');
        if (string.IsNullOrEmpty(name))
            return DialectErrors.Unreadable("its source is neither plain nor base64url");
        long? expires = null;
        foreach (var option in options)
        {
            if (option.Name is "expires" && TargetText.Number(option.Value) is > 0 and var end)
                expires = (long)end;
        }

        return new OldUrl(name, options)
        {
            Signature = parts[1] is "unsafe" or "_" or "insecure" or "-" ? null : parts[1], Covered = path[(parts[1].Length + 1)..], ExpiresUnixSeconds = expires,
        };
    }

    public bool Verify(OldUrl url, DialectKeys keys, DateTimeOffset now)
    {
        var isOne = false;
        foreach (var key in keys.Keys)
        {
            var mac = HMACSHA256.HashData(Convert.FromHexString(key.Secret), (byte[])[.. Convert.FromHexString(key.Salt ?? ""), .. Encoding.UTF8.GetBytes(url.Covered)]);
            isOne |= FixedTime.Equal(Base64Url.EncodeToString(mac.AsSpan(0, Math.Clamp(key.Size, 1, mac.Length))), url.Signature);
        }

        return isOne;
    }

    public OldMeaning Map(OldUrl url, SourceFacts source)
    {
        var to = new Mapping(source);

        // Gravity is what crops and canvases without one of their own go by.
        foreach (var option in url.Options.OrderBy(static option => option.Name is "gravity" ? 0 : 1))
        {
            if (!Take(option.Name, option.Value.Split(':'), to))
                to.Refuse(option.Name);
        }

        Settle(to);
        if (to.Operations is { Crop: not null, Trim: not null })
            to.Refuse("trim before crop");
        return to.Finish(format => url.Options.FirstOrDefault(static option => option.Name is "format_quality").Value is { } list ? OfFormat(list, format) ?? Usual(format) : Usual(format));
    }

    public string? Write(ImageOperations operations, string source)
    {
        if (operations.Original)
            return $"/unsafe/{Plain}/{Uri.EscapeDataString(source)}";
        var left = operations with { Width = null, Height = null, Fit = null, Quality = null, Flip = false, Flop = false, Dpr = null, Preset = null };
        List<string> parts = [];
        if (operations.Preset is { } preset)
            parts.Add($"pr:{preset}");
        if (operations.Fit is Fit.Outside or Fit.Contain && operations is { Width: not null, Height: not null })
            return null;
        if (operations is not { Width: null, Height: null })
        {
            var type = operations.Fit switch { Fit.Inside or Fit.Pad => "fit", Fit.Fill => "force", _ => "fill" };
            parts.Add(FormattableString.Invariant($"rs:{type}:{operations.Width ?? 0}:{operations.Height ?? 0}{(operations.Fit is Fit.Pad ? ":0:1" : "")}"));
        }

        if (operations.Gravity is { } gravity)
        {
            if (gravity is Gravity.Focal && operations is not { FocalX: not null, FocalY: not null })
                return null;
            parts.Add(gravity is Gravity.Focal
                ? $"g:fp:{TargetText.Write(operations.FocalX!.Value)}:{TargetText.Write(operations.FocalY!.Value)}" : $"g:{ImgproxyWords.Letters(gravity)}");
            left = left with { Gravity = null, FocalX = null, FocalY = null };
        }

        if (operations.Dpr is { } dpr)
            parts.Add($"dpr:{TargetText.Write(dpr)}");
        if (operations.Trim is { } trim)
            (parts, left) = ([.. parts, $"t:{TargetText.Write(trim * 255 / 100)}"], left with { Trim = null });
        if (operations.Pad is { } pad)
            (parts, left) = ([.. parts, FormattableString.Invariant($"pd:{pad.Top}:{pad.Right}:{pad.Bottom}:{pad.Left}")], left with { Pad = null });
        if (operations.Rotation is { } turn)
            (parts, left) = ([.. parts, $"rot:{turn}"], left with { Rotation = null });
        if (operations.Flip || operations.Flop)
            parts.Add($"fl:{(operations.Flip ? 1 : 0)}:{(operations.Flop ? 1 : 0)}");
        if (operations.Background is { Alpha: byte.MaxValue } color)
            (parts, left) = ([.. parts, $"bg:{color.Hex}"], left with { Background = null });
        if (operations.Blur is { } sigma)
            (parts, left) = ([.. parts, $"bl:{TargetText.Write(sigma)}"], left with { Blur = null });
        if (operations.Sharpen is { } sharp)
            (parts, left) = ([.. parts, $"sh:{TargetText.Write(sharp)}"], left with { Sharpen = null });
        if (operations.Pixelate is { } block)
            (parts, left) = ([.. parts, $"pix:{block}"], left with { Pixelate = null });
        if (operations.Brightness is { } bri && bri <= 200)
            (parts, left) = ([.. parts, $"br:{TargetText.Write((bri - 100) * 255 / 100)}"], left with { Brightness = null });
        if (operations.Contrast is { } con)
            (parts, left) = ([.. parts, $"co:{TargetText.Write(con / 100)}"], left with { Contrast = null });
        if (operations.Saturation is { } sat)
            (parts, left) = ([.. parts, $"sa:{TargetText.Write(sat / 100)}"], left with { Saturation = null });
        if (operations.MaxBytes is { } bytes)
            (parts, left) = ([.. parts, $"mb:{bytes}"], left with { MaxBytes = null });
        if (operations.Quality is { IsAuto: false } quality)
            parts.Add($"q:{quality.Value}");
        if (left with { Format = null } != new ImageOperations() || operations.Format is { IsAuto: true } || operations.Quality is { IsAuto: true })
            return null;
        var extension = operations.Format is { Fixed: { } format } ? "@" + format.Name() : "";
        return $"/unsafe/{string.Concat(parts.Select(static part => part + "/"))}{Plain}/{Uri.EscapeDataString(source)}{extension}";
    }

    private static int? Usual(ImageFormat format) => format switch { ImageFormat.Webp => 79, ImageFormat.Avif => 63, _ => 80 };

    private static bool Take(string name, string[] arguments, Mapping to)
    {
        string? At(int index) => index < arguments.Length && arguments[index].Length > 0 ? arguments[index] : null;
        double? Number(int index) => At(index) is { } text ? TargetText.Number(text) : null;
        switch (name)
        {
            case "resize":
                return (At(0) is null || Type(At(0), to)) && Size(arguments.AsSpan(1), to);
            case "size":
                return Size(arguments, to);
            case "resizing_type":
                return Type(At(0), to);
            case "width":
                return to.Width(Number(0));
            case "height":
                return to.Height(Number(0));
            case "enlarge" or "expires" or "cachebuster" or "format_quality":
                return true;
            case "filename" or "return_attachment" or "strip_metadata" or "keep_copyright" or "strip_color_profile" or "auto_rotate" or "preserve_hdr":
                to.Ignore(name);
                return true;
            case "extend":
                return Extend(At(0), At(1), to);
            case "gravity":
                return At(0) is "fp" ? to.Focal(Number(1), Number(2))
                    : to.Gravity(ImgproxyWords.GravityOf(At(0))) && Array.TrueForAll(arguments[1..], static offset => offset is "" or "0");
            case "dpr":
                return to.Dpr(Number(0));
            case "crop":
                return Crop(Number(0), Number(1), arguments, to);
            case "trim":
                return to.Trim((Number(0) ?? 10) * 100 / 255) && Array.TrueForAll(arguments[Math.Min(1, arguments.Length)..], static rest => rest is "" or "0");
            case "padding":
                var top = At(0) is { } first ? TargetText.Whole(first) : 0;
                var right = At(1) is { } second ? TargetText.Whole(second) : top;
                return to.Pad(top, right, At(2) is { } third ? TargetText.Whole(third) : top, At(3) is { } fourth ? TargetText.Whole(fourth) : right);
            case "rotate":
                return to.Rotate(Number(0));
            case "flip":
                return TargetText.Truth(At(0) ?? "") is { } across && TargetText.Truth(At(1) ?? "") is { } down && to.Flip(across, down);
            case "background":
                return At(0) is null || to.Background(arguments.Length == 1 ? Colors.Read(arguments[0]) : Colors.OfNumbers(arguments));
            case "blur":
                return to.Blur(Number(0));
            case "sharpen":
                return to.Sharpen(Number(0));
            case "quality":
                return Number(0) == 0 || to.Quality(Number(0));
            case "format":
                return to.Format(At(0) ?? "");
            case "preset":
                var slug = (At(0) ?? "").Replace('-', '_');
                to.Operations = to.Operations with { Preset = slug };
                return arguments.Length == 1 && OperationsGrammar.IsPresetSlug(slug);
            case "brightness":
                return to.Brightness(100 + (Number(0) * 100 / 255));
            case "contrast":
                return to.Contrast(100 * Number(0));
            case "saturation":
                return to.Saturation(100 * Number(0));
            case "pixelate":
                return to.Pixelate(Number(0));
            case "max_bytes":
                return Number(0) == 0 || to.MaxBytes(Number(0));
            default:
                return false;
        }
    }

    private static bool Type(string? type, Mapping to)
    {
        to.IsFitByShape = type is "auto";
        return to.IsFitByShape || to.Fit(type switch { "fit" => Fit.Inside, "fill" or "fill-down" => Fit.Cover, "force" => Fit.Fill, _ => null });
    }

    /// <summary>What was not said: inside; with <c>auto</c> cropped where picture and box are both wide or both high. A canvas is for pictures that do not fill it.</summary>
    private static void Settle(Mapping to)
    {
        var operations = to.Operations;
        if (to.IsFitByShape)
            to.Fit(operations is { Width: { } width, Height: { } height } && (width >= height) == (to.Source.Width >= to.Source.Height) ? Fit.Cover : Fit.Inside);
        if (to.Operations.Fit is null or Fit.Inside && operations is { Width: not null, Height: not null })
            to.Fit(to.IsOnCanvas ? Fit.Pad : Fit.Inside);
    }

    private static bool Size(ReadOnlySpan<string> arguments, Mapping to)
    {
        string At(ReadOnlySpan<string> list, int index) => index < list.Length && list[index].Length > 0 ? list[index] : "0";
        if (!to.Sides(TargetText.Number(At(arguments, 0)), TargetText.Number(At(arguments, 1))))
            return false;
        return arguments.Length < 4 || Extend(At(arguments, 3), arguments.Length > 4 ? arguments[4] : null, to);
    }

    private static bool Extend(string? isOn, string? gravity, Mapping to)
    {
        if (TargetText.Truth(isOn ?? "") is not { } extends)
            return false;
        to.IsOnCanvas = extends;
        return gravity is null || to.Gravity(ImgproxyWords.GravityOf(gravity));
    }

    private static bool Crop(double? width, double? height, string[] arguments, Mapping to)
    {
        if (width is not >= 0 || height is not >= 0)
            return false;
        var (wide, high) = (Share(width.Value, to.Source.Width), Share(height.Value, to.Source.Height));
        if (arguments is [_, _, "fp", var x, var y])
            return TargetText.Number(x) is { } left && TargetText.Number(y) is { } top && to.Crop((left * to.Source.Width) - (wide / 2), (top * to.Source.Height) - (high / 2), wide, high);
        var gravity = arguments.Length > 2 ? ImgproxyWords.GravityOf(arguments[2]) : to.Operations.Gravity;
        return arguments.Length <= 3 && to.CropAt(gravity ?? Gravity.Center, wide, high);

        static double Share(double size, int own) => size == 0 ? own : size < 1 ? size * own : size;
    }

    private static int? OfFormat(string list, ImageFormat format)
    {
        var parts = list.Split(':');
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            if (ImageFormats.TryParse(parts[i], out var one) && one == format)
                return int.TryParse(parts[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var quality) && quality is > 0 and <= 100 ? quality : null;
        }

        return null;
    }
}
