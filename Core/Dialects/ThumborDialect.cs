using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>
/// thumbor, and imagor: <c>/{hmac|unsafe}/[trim/][AxB:CxD/][fit-in/][WxH/][left/][top/][smart/][filters:…/]{image}</c>, its parts in this order. The signature is base64url, with padding, of
/// HMAC-SHA1 over all behind it without a leading slash.
/// </summary>
internal sealed class ThumborDialect : IUrlDialect
{
    private const int UsualQuality = 80;
    private const string Filters = "filters:";

    public UrlDialect Name => UrlDialect.Thumbor;

    public bool HasSignatures => true;

    public Result<OldUrl> Split(string target)
    {
        var (path, query) = TargetText.Parts(target);
        var parts = path.Split('/');
        if (parts.Length < 3 || parts[0].Length > 0 || parts[1].Length == 0)
            return DialectErrors.NotFound;
        var signed = target[(parts[1].Length + 2)..];
        List<OldOption> options = [];
        var at = 2;
        foreach (var take in Grammar)
        {
            if (at < parts.Length - 1 && take(TargetText.Decode(parts[at])) is { } option)
            {
                options.Add(option);
                at++;
            }
        }

        var rest = string.Join('/', parts[at..]);
        if (rest.StartsWith(Filters, StringComparison.Ordinal))
        {
            if (TakeFilters(rest, options) is not { } image)
                return DialectErrors.Unreadable("the filters have no end");
            rest = image;
        }

        var source = TargetText.Source(query is null ? rest : $"{rest}?{query}");
        if (source.Length == 0)
            return DialectErrors.NotFound;
        return new OldUrl(source, options) { Signature = parts[1] is "unsafe" ? null : TargetText.Decode(parts[1]), Covered = signed };
    }

    public bool Verify(OldUrl url, DialectKeys keys, DateTimeOffset now)
    {
        var isOne = false;
        foreach (var key in keys.Keys)
        {
            // What the service itself signs with.
#pragma warning disable CA5350
            var mac = HMACSHA1.HashData(Encoding.UTF8.GetBytes(key.Secret), Encoding.UTF8.GetBytes(url.Covered));
#pragma warning restore CA5350
            isOne |= FixedTime.Equal(Convert.ToBase64String(mac).Replace('+', '-').Replace('/', '_'), url.Signature);
        }

        return isOne;
    }

    public OldMeaning Map(OldUrl url, SourceFacts source)
    {
        var to = new Mapping(source);
        foreach (var option in url.Options)
        {
            if (!Take(option, to))
                to.Refuse(option.Name.StartsWith(Filters, StringComparison.Ordinal) ? option.Name[Filters.Length..] : $"{option.Name}{option.Value}");
        }

        var fit = url.Options.FirstOrDefault(static option => option.Name is "fit-in").Value;
        if (fit is not null)
        {
            var operations = to.Operations;
            if (fit.Contains("adaptive-", StringComparison.Ordinal) && operations is { Width: { } w, Height: { } h } && (w > h) != (source.Width > source.Height))
                to.Operations = operations with { Width = h, Height = w };
            var fills = url.Options.Any(static option => option.Name is Filters + "fill");
            to.Fit(fit.Contains("full-", StringComparison.Ordinal) ? Fit.Outside : fills ? Fit.Pad : Fit.Inside);
        }

        return to.Finish(static _ => UsualQuality);
    }

    public string? Write(ImageOperations operations, string source)
    {
        if (operations.Original)
            return $"/unsafe/{Uri.EscapeDataString(source)}";
        var (parts, filters) = (new List<string>(), new List<string>());
        var left = operations with { Width = null, Height = null, Fit = null, Flip = false, Flop = false, Quality = null, Format = null, Greyscale = false };
        if (operations.Trim is { } trim)
            (parts, left) = ([.. parts, FormattableString.Invariant($"trim:top-left:{Math.Round(trim * MaxDistance / 100, 4)}")], left with { Trim = null });
        if (operations.Crop is { IsFraction: false } box)
            (parts, left) = ([.. parts, $"{box.X:0}x{box.Y:0}:{box.X + box.Width:0}x{box.Y + box.Height:0}"], left with { Crop = null });
        var isBox = operations is { Width: not null, Height: not null };
        if (isBox && operations.Fit is Fit.Inside or Fit.Outside or Fit.Pad)
            parts.Add(operations.Fit is Fit.Outside ? "full-fit-in" : "fit-in");
        else if (operations.Fit is not (null or Fit.Cover) && isBox)
            return null;
        if (operations is not { Width: null, Height: null } || operations.Flip || operations.Flop)
            parts.Add($"{(operations.Flip ? "-" : "")}{operations.Width ?? 0}x{(operations.Flop ? "-" : "")}{operations.Height ?? 0}");
        if (operations.Gravity is { } gravity and not Gravity.Focal)
        {
            parts.AddRange(gravity is Gravity.Smart ? ["smart"] : gravity.Words().Reverse());
            left = left with { Gravity = null };
        }

        if (operations.Background is { } color && operations.Fit is Fit.Pad)
            (filters, left) = ([.. filters, $"fill({color.Hex})"], left with { Background = null });
        else if (operations.Background is { } behind)
            (filters, left) = ([.. filters, $"background_color({behind.Hex})"], left with { Background = null });
        else if (operations.Fit is Fit.Pad)
            filters.Add("fill(transparent)");
        if (operations.Quality is { IsAuto: false } quality)
            filters.Add($"quality({quality.Value})");
        if (operations.Format is { Fixed: { } format })
            filters.Add($"format({(format is ImageFormat.Jpg ? "jpeg" : format.Name())})");
        if (operations.Rotation is { } turn)
            (filters, left) = ([.. filters, $"rotate({360 - turn})"], left with { Rotation = null });
        if (operations.Blur is { } sigma)
            (filters, left) = ([.. filters, $"blur({TargetText.Write(sigma)},{TargetText.Write(sigma)})"], left with { Blur = null });
        if (operations.Sharpen is { } sharp)
            (filters, left) = ([.. filters, $"sharpen({TargetText.Write(sharp)},1.0,true)"], left with { Sharpen = null });
        if (operations.Greyscale)
            filters.Add("grayscale()");
        if (operations.Brightness is { } bri && bri <= 200)
            (filters, left) = ([.. filters, $"brightness({TargetText.Write(bri - 100)})"], left with { Brightness = null });
        if (operations.Contrast is { } con && con <= 200)
            (filters, left) = ([.. filters, $"contrast({TargetText.Write(con - 100)})"], left with { Contrast = null });
        if (operations.Saturation is { } sat)
            (filters, left) = ([.. filters, $"saturation({TargetText.Write(sat / 100)})"], left with { Saturation = null });
        if (operations.MaxBytes is { } bytes)
            (filters, left) = ([.. filters, $"max_bytes({bytes})"], left with { MaxBytes = null });
        if (operations.Round is { IsMax: false } round)
            (filters, left) = ([.. filters, $"round_corner({round.Px})"], left with { Round = null });
        if (left != new ImageOperations() || operations.Format is { IsAuto: true } || operations.Quality is { IsAuto: true })
            return null;
        if (filters.Count > 0)
            parts.Add(Filters + string.Join(':', filters));
        return $"/unsafe/{string.Concat(parts.Select(static part => part + "/"))}{Uri.EscapeDataString(source)}";
    }

    // The distance of black and white in RGB, which is what its tolerance is measured in.
    private const double MaxDistance = 442;

    /// <summary>The parts before the filters, in their order; each takes its segment or leaves it.</summary>
    private static readonly Func<string, OldOption?>[] Grammar =
    [
        static text => text is "debug" ? new OldOption("debug", "") : null,
        static text => text is "meta" ? new OldOption("meta", "") : null,
        static text => text is "trim" || text.StartsWith("trim:", StringComparison.Ordinal) ? new OldOption("trim", text[4..].TrimStart(':')) : null,
        static text => ReadBox(text) is not null ? new OldOption("crop", text) : null,
        static text => text is "fit-in" or "full-fit-in" or "adaptive-fit-in" or "adaptive-full-fit-in" ? new OldOption("fit-in", text) : null,
        static text => IsSize(text) ? new OldOption("size", text) : null,
        static text => text is "left" or "center" or "right" ? new OldOption("align", text) : null,
        static text => text is "top" or "middle" or "bottom" ? new OldOption("align", text) : null,
        static text => text is "smart" ? new OldOption("smart", "") : null,
    ];

    /// <summary>Takes <c>filters:a(1):b(2)/</c>, whose arguments may hold slashes.</summary>
    /// <returns>What follows; null where the parentheses do not match.</returns>
    private static string? TakeFilters(string text, List<OldOption> options)
    {
        var at = Filters.Length;
        while (true)
        {
            var open = text.IndexOf('(', at);
            if (open < 0)
                return null;
            var (depth, end) = (1, open + 1);
            while (end < text.Length && depth > 0)
                depth += text[end++] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth > 0 || end >= text.Length)
                return null;
            options.Add(new OldOption(Filters + TargetText.Decode(text[at..open]), TargetText.Decode(text[(open + 1)..(end - 1)])));
            if (text[end] == '/')
                return text[(end + 1)..];
            if (text[end] != ':')
                return null;
            at = end + 1;
        }
    }

    private static bool Take(OldOption option, Mapping to) => option.Name switch
    {
        "debug" or "fit-in" => true,
        "trim" => TakeTrim(option.Value, to),
        "crop" => ReadBox(option.Value) is var (left, top, right, bottom) && ((left, top, right, bottom) == (0, 0, 0, 0) || to.Crop(left, top, right - left, bottom - top)),
        "size" => TakeSize(option.Value, to),
        "align" => TakeAlign(option.Value, to),
        "smart" => to.Gravity(Gravity.Smart),
        { } name when name.StartsWith(Filters, StringComparison.Ordinal) => TakeFilter(name[Filters.Length..], option.Value.Split(',', StringSplitOptions.TrimEntries), to),
        _ => false,
    };

    private static bool TakeTrim(string value, Mapping to)
    {
        var parts = value.Split(':');
        var tolerance = Array.Find(parts, static part => TargetText.Number(part) is not null);
        return Array.TrueForAll(parts, part => part is "" or "top-left" || part == tolerance) && to.Trim((tolerance is null ? 0 : TargetText.Number(tolerance)) * 100 / MaxDistance);
    }

    private static bool TakeSize(string value, Mapping to)
    {
        var sides = value.Split('x');
        var (width, height) = (sides[0].TrimStart('-'), sides[1].TrimStart('-'));
        to.Flip(sides[0].StartsWith('-'), sides[1].StartsWith('-'));
        return to.Sides(Side(width, to.Source.Width), Side(height, to.Source.Height));

        static double? Side(string text, int own) => text is "" ? 0 : text is "orig" ? own : TargetText.Number(text);
    }

    private static bool TakeAlign(string value, Mapping to)
    {
        var (horizontal, vertical) = (to.Operations.Gravity ?? Gravity.Center).Sides();
        return to.Gravity(value switch
        {
            "left" or "right" => GravityNames.Of(value is "left" ? -1 : 1, vertical),
            "top" or "bottom" => GravityNames.Of(horizontal, value is "top" ? -1 : 1),
            _ => to.Operations.Gravity ?? Gravity.Center,
        });
    }

    private static bool TakeFilter(string name, string[] arguments, Mapping to)
    {
        var first = arguments[0];
        switch (name)
        {
            case "no_upscale" or "strip_exif" or "strip_icc" or "strip_metadata" or "max_age" or "upscale" or "attachment":
                to.Ignore(name);
                return true;
            case "format":
                return to.Format(first);
            case "quality":
                return to.Quality(TargetText.Number(first));
            case "rotate":
                return to.Rotate(-TargetText.Number(first));
            case "blur":
                return to.Blur(TargetText.Number(arguments is [_, { Length: > 0 } sigma, ..] ? sigma : first));
            case "sharpen":
                return to.Sharpen(TargetText.Number(first));
            case "grayscale":
                to.Operations = to.Operations with { Greyscale = true };
                return true;
            case "fill" when first is "transparent":
                return true;
            case "fill" when first is not ("auto" or "blur"):
                return to.Background(Colors.Read(first));
            case "background_color":
                return to.Background(Colors.Read(first));
            case "focal" when ReadBox(first) is var (left, top, right, bottom):
                return to.Focal((left + right) / 2.0 / to.Source.Width, (top + bottom) / 2.0 / to.Source.Height);
            case "brightness":
                return to.Brightness(100 + TargetText.Number(first));
            case "contrast":
                return to.Contrast(100 + TargetText.Number(first));
            case "saturation":
                return to.Saturation(100 * TargetText.Number(first));
            case "max_bytes":
                return to.MaxBytes(TargetText.Number(first));
            case "round_corner" when arguments.Length is 1 or >= 4:
                return to.Round(first) && (arguments.Length == 1 || (arguments is [.., "1" or "true" or "True"] && arguments.Length > 4) || to.Background(Colors.OfNumbers(arguments.AsSpan(1, 3))));
            default:
                return false;
        }
    }

    /// <summary>Reads <c>10x20:300x400</c>.</summary>
    private static (int Left, int Top, int Right, int Bottom)? ReadBox(string text)
    {
        var numbers = text.Split(':', 'x');
        return numbers.Length == 4 && text.Count(static character => character == 'x') == 2 && text.IndexOf('x', StringComparison.Ordinal) < text.IndexOf(':', StringComparison.Ordinal)
            && Px(numbers[0]) is { } left && Px(numbers[1]) is { } top && Px(numbers[2]) is { } right && Px(numbers[3]) is { } bottom
            ? (left, top, right, bottom)
            : null;

        static int? Px(string digits) => digits.Length is > 0 and < 9 && digits.All(char.IsAsciiDigit) ? TargetText.Whole(digits) : null;
    }

    private static bool IsSize(string text)
    {
        var sides = text.Split('x');
        return sides.Length == 2 && Array.TrueForAll(sides, static side => side.AsSpan().TrimStart('-') is "" or "orig" || (side.TrimStart('-').Length < 9 && side.TrimStart('-').All(char.IsAsciiDigit)))
            && Array.TrueForAll(sides, static side => side.Length - side.TrimStart('-').Length <= 1);
    }
}
