using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>
/// imgix: <c>/{path}?{parameters}</c>; a name that ends in <c>64</c> has its value in base64url. The signature <c>s</c> is the MD5 of token, path and the
/// query before it, all as sent.
/// </summary>
internal sealed class ImgixDialect : IUrlDialect
{
    private const int UsualQuality = 75;
    private const int CompressedQuality = 45;
    private const double Strength = 20;

    public UrlDialect Name => UrlDialect.Imgix;

    public bool HasSignatures => true;

    public Result<OldUrl> Split(string target)
    {
        var (path, query) = TargetText.Parts(target);
        if (path is not ['/', _, ..])
            return DialectErrors.NotFound;
        var parts = (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries);
        var signature = Array.Find(parts, static part => part.StartsWith("s=", StringComparison.Ordinal));
        var signed = string.Join('&', parts.Where(static part => !part.StartsWith("s=", StringComparison.Ordinal)));
        List<OldOption> options = [];
        foreach (var option in TargetText.Query(signed))
        {
            if (!option.Name.EndsWith("64", StringComparison.Ordinal))
                options.Add(option);
            else if (TargetText.Base64(option.Value) is { } value)
                options.Add(new OldOption(option.Name[..^2], value));
            else
                return DialectErrors.Unreadable($"\"{option.Name}\" is no base64url");
        }

        return new OldUrl(TargetText.Source(path), options)
        {
            Signature = signature?[2..],
            Covered = signed.Length == 0 ? path : $"{path}?{signed}",
            ExpiresUnixSeconds = options.FirstOrDefault(static option => option.Name is "expires").Value is { } end
                && TargetText.Number(end) is > 0 and var seconds ? (long)seconds : null,
        };
    }

    public bool Verify(OldUrl url, DialectKeys keys, DateTimeOffset now)
    {
        var isOne = false;
        foreach (var key in keys.Keys)
        {
            // What the service itself signs with.
#pragma warning disable CA5351
            isOne |= FixedTime.Equal(Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(key.Secret + url.Covered))), url.Signature);
#pragma warning restore CA5351
        }

        return isOne;
    }

    public OldMeaning Map(OldUrl url, SourceFacts source)
    {
        var to = new Mapping(source);
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (var option in url.Options)
            values[option.Name] = option.Value;
        string? Of(string name) => values.GetValueOrDefault(name);
        var isCompressed = (Of("auto") ?? "").Split(',').Contains("compress", StringComparer.Ordinal);
        if (!TakeSides(values, to))
            to.Refuse("w, h or ar");
        if (!TakeFit(Of("fit") ?? "clip", Of("crop"), values, to))
            to.Refuse(Of("crop") is null ? $"fit={Of("fit")}" : $"fit={Of("fit")}, crop={Of("crop")}");
        foreach (var (name, value) in values)
        {
            if (name is not ("w" or "h" or "ar" or "max-w" or "max-h" or "fit" or "crop" or "fp-x" or "fp-y" or "expires") && !Take(name, value, values, to))
                to.Refuse(name);
        }

        return to.Finish(_ => isCompressed ? CompressedQuality : UsualQuality);
    }

    public string? Write(ImageOperations operations, string source)
    {
        var path = "/" + Uri.EscapeDataString(source).Replace("%2F", "/", StringComparison.Ordinal);
        if (source.Contains("://", StringComparison.Ordinal))
            path = "/" + Uri.EscapeDataString(source);
        if (operations.Original)
            return path;
        var isBox = operations is { Width: not null, Height: not null } || operations is { AspectRatio: not null };
        List<string> query = [];
        void Add(string name, string? value)
        {
            if (value is not null)
                query.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        Add("w", operations.Width?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("h", operations.Height?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("ar", operations.AspectRatio?.Text);
        if (operations.Fit is Fit.Outside or Fit.Contain && isBox)
            return null;
        if (isBox)
            Add("fit", operations.Fit switch { Fit.Inside => "clip", Fit.Fill => "scale", Fit.Pad => "fill", _ => "crop" });
        var left = operations with
        {
            Width = null,
            Height = null,
            AspectRatio = null,
            Fit = null,
            Format = null,
            Quality = null,
            Flip = false,
            Flop = false,
            Greyscale = false,
            Dpr = null
        };
        if (operations.Gravity is { } gravity)
        {
            if (gravity is Gravity.Focal && operations is not { FocalX: not null, FocalY: not null })
                return null;
            Add("crop", gravity is Gravity.Smart
                ? "entropy" : gravity is Gravity.Focal ? "focalpoint" : gravity is Gravity.Center ? null : string.Join(',', gravity.Words()));
            Add("fp-x", operations.FocalX is { } x ? TargetText.Write(x) : null);
            Add("fp-y", operations.FocalY is { } y ? TargetText.Write(y) : null);
            left = left with { Gravity = null, FocalX = null, FocalY = null };
        }

        Add("dpr", operations.Dpr is { } dpr ? TargetText.Write(dpr) : null);
        Add("rect", operations.Crop is { IsFraction: false } box ? FormattableString.Invariant($"{box.X:0},{box.Y:0},{box.Width:0},{box.Height:0}") : null);
        if (operations.Trim is { } trim)
            query.Add($"trim=auto&trim-tol={TargetText.Write(trim)}");
        Add("bg", operations.Background is { } color ? Colors.WriteAlphaFirst(color) : null);
        Add("orient", operations.Rotation?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("flip", (operations.Flip, operations.Flop) switch { (true, true) => "hv", (true, _) => "h", (_, true) => "v", _ => null });
        Add("blur", operations.Blur is { } sigma ? TargetText.Write(sigma * Strength) : null);
        Add("sharp", operations.Sharpen is { } sharp ? TargetText.Write(sharp * 10) : null);
        Add("bri", Percent(operations.Brightness));
        Add("con", Percent(operations.Contrast));
        Add("sat", operations.Greyscale ? "-100" : Percent(operations.Saturation));
        Add("duotone", operations.Duotone?.Text);
        Add("px", operations.Pixelate?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (operations.Pad is { } pad)
            query.Add($"pad-top={pad.Top}&pad-right={pad.Right}&pad-bottom={pad.Bottom}&pad-left={pad.Left}");
        if (operations.Round is { IsMax: false } round)
            query.Add($"mask=corners&corner-radius={round.Px}");
        Add("fm", operations.Format is { Fixed: { } format } ? format.Name() : null);
        if (operations.Format is { IsAuto: true })
            query.Add("auto=format");
        Add("q", operations.Quality is { IsAuto: false } quality ? TargetText.Write(quality.Value) : null);
        left = left with
        {
            Crop = left.Crop is { IsFraction: true } ? left.Crop : null,
            Trim = null,
            Background = null,
            Rotation = null,
            Blur = null,
            Sharpen = null,
            Duotone = null,
            Pixelate = null,
            Pad = null,
            Round = left.Round is { IsMax: true } ? left.Round : null,
            Brightness = Above(left.Brightness),
            Contrast = Above(left.Contrast),
            Saturation = operations.Greyscale ? left.Saturation : Above(left.Saturation),
        };
        return left == new ImageOperations() && operations.Quality is not { IsAuto: true } ? $"{path}?{string.Join('&', query)}" : null;

        static string? Percent(double? percent) => percent is { } value and <= 200 ? TargetText.Write(value - 100) : null;

        static double? Above(double? percent) => percent > 200 ? percent : null;
    }

    private static bool TakeSides(Dictionary<string, string> values, Mapping to)
    {
        if (!Side("w", to.Source.Width, to.Width) || !Side("h", to.Source.Height, to.Height))
            return false;
        if (values.GetValueOrDefault("ar") is { } text && values.GetValueOrDefault("fit") is "crop" or "fill"
            && to.Operations is { Width: null } or { Height: null })
        {
            if (AspectRatio.Read(text) is not { } ratio)
                return false;
            to.Operations = to.Operations with { AspectRatio = ratio };
        }

        return Limit("max-w", to.Operations.Width, to.Width) && Limit("max-h", to.Operations.Height, to.Height);

        bool Side(string name, int own, Func<double?, bool> set) =>
            values.GetValueOrDefault(name) is not { } side
                || (TargetText.Number(side) is > 0 and var px
                    && set(px < 1 || (px == 1 && side.Contains('.', StringComparison.Ordinal)) ? Math.Max(1, px * own) : px));

        bool Limit(string name, int? side, Func<double?, bool> set) =>
            values.GetValueOrDefault(name) is not { } limit || (TargetText.Number(limit) is >= 1 and var px && (side is null || px >= side || set(px)));
    }

    private static bool TakeFit(string fit, string? crop, Dictionary<string, string> values, Mapping to)
    {
        if (!to.Fit(fit switch { "clip" or "max" => Fit.Inside, "crop" or "min" => Fit.Cover, "fill" or "fillmax" => Fit.Pad, "scale" => Fit.Fill, _ => null }))
            return false;
        if (crop is null)
            return true;
        var words = crop.Split(',');
        if (words.Contains("focalpoint", StringComparer.Ordinal))
            return to.Focal(TargetText.Number(values.GetValueOrDefault("fp-x") ?? "0.5"), TargetText.Number(values.GetValueOrDefault("fp-y") ?? "0.5"));
        return words.Any(static word => word is "entropy" or "edges" or "faces") ? to.Gravity(Gravity.Smart) : to.Gravity(GravityNames.OfWords(words));
    }

    private static bool Take(string name, string value, Dictionary<string, string> values, Mapping to)
    {
        var number = TargetText.Number(value);
        switch (name)
        {
            case "fm":
                return to.Format(value switch { "pjpg" => "jpg", "png8" or "png32" => "png", "auto" => "", _ => value });
            case "auto":
                var isFormat = value.Split(',').Contains("format", StringComparer.Ordinal) && !values.ContainsKey("fm");
                return (!isFormat || to.Format("auto")) && value.Split(',').All(static word => word is "format" or "compress" or "");
            case "q":
                return to.Quality(number);
            case "dpr":
                return to.Dpr(number);
            case "bg" or "fill-color":
                return to.Background(Colors.ReadAlphaFirst(value));
            case "fill":
                return value is "solid";
            case "rot":
                return number is 0 or 180 && to.Rotate(number);
            case "orient":
                return Orient(value, to);
            case "flip":
                return value is "h" or "v" or "hv" && to.Flip(value.Contains('h', StringComparison.Ordinal), value.Contains('v', StringComparison.Ordinal));
            case "blur":
                return to.Blur(number / Strength);
            case "sharp":
                return to.Sharpen(number / 10);
            case "sat" when number == -100:
                to.Operations = to.Operations with { Greyscale = true };
                return true;
            case "sat":
                return to.Saturation(100 + number);
            case "bri":
                return to.Brightness(100 + number);
            case "con":
                return to.Contrast(100 + number);
            case "gam":
                return to.Gamma(1 + (number / 100));
            case "px":
                return to.Pixelate(number);
            case "duotone" when Duotone.Read(value) is { } pair:
                to.Operations = to.Operations with { Duotone = pair };
                return true;
            case "rect" when value.Split(',') is [var x, var y, var w, var h]:
                return TargetText.Number(x) is { } left && TargetText.Number(y) is { } top
                    && to.Crop(left, top, TargetText.Number(w) ?? 0, TargetText.Number(h) ?? 0);
            case "trim":
                return value is "auto" && to.Trim(TargetText.Number(values.GetValueOrDefault("trim-tol") ?? "0"));
            case "pad" or "pad-top" or "pad-right" or "pad-bottom" or "pad-left":
                int? Side(string side) => TargetText.Whole(values.GetValueOrDefault(side) ?? values.GetValueOrDefault("pad") ?? "0");
                return to.Pad(Side("pad-top"), Side("pad-right"), Side("pad-bottom"), Side("pad-left"));
            case "mask":
                return value is "corners";
            case "corner-radius":
                return value.Split(',').Distinct(StringComparer.Ordinal).ToArray() is [var radius] && to.Round(radius);
            case "monochrome" or "border" or "exp" or "hue" or "high" or "shad" or "vib" or "invert" or "htn" or "sepia" or "usm" or "colorquant" or "palette"
                or "faceindex" or "rot-type" or "gamut":
                return false;
            default:
                if (name.Split('-')[0] is "mark" or "txt" or "blend" or "border" or "mask" or "duotone" or "fill" or "grid" or "bg" or "fp" or "upscale"
                    or "min")
                    return false;
                to.Ignore(name);
                return true;
        }
    }

    private static bool Orient(string value, Mapping to)
    {
        switch (value)
        {
            case "2":
                return to.Flip(true, to.Operations.Flop);
            case "4":
                return to.Flip(to.Operations.Flip, true);
            default:
                return to.Rotate(value switch
                {
                    "0" or "1" => 0,
                    "3" => 180,
                    "6" => 90,
                    "8" => 270,
                    "90" or "180" or "270" => TargetText.Number(value),
                    _ => null
                });
        }
    }
}
