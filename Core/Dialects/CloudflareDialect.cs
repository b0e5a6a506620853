using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>Cloudflare's image resizing: <c>/cdn-cgi/image/{key=value,…}/{path or URL}</c>. Unsigned.</summary>
internal sealed class CloudflareDialect : IUrlDialect
{
    private const string Prefix = "/cdn-cgi/image/";
    private const int UsualQuality = 85;

    public UrlDialect Name => UrlDialect.Cloudflare;

    public bool HasSignatures => false;

    public Result<OldUrl> Split(string target)
    {
        var (path, query) = TargetText.Parts(target);
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
            return DialectErrors.NotFound;
        var rest = path[Prefix.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == rest.Length - 1)
            return DialectErrors.NotFound;
        List<OldOption> options = [];
        foreach (var part in TargetText.Decode(rest[..slash]).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                return DialectErrors.Unreadable($"\"{part}\" is no key=value");
            options.Add(new OldOption(LongName(part[..equals]), part[(equals + 1)..]));
        }

        var source = rest[(slash + 1)..];
        return new OldUrl(TargetText.Source(query is null ? source : $"{source}?{query}"), options);
    }

    public bool Verify(OldUrl url, DialectKeys keys, DateTimeOffset now) => false;

    public OldMeaning Map(OldUrl url, SourceFacts source)
    {
        var to = new Mapping(source);
        to.Fit(Fit.Inside);
        foreach (var option in url.Options)
        {
            if (!Take(option, to))
                to.Refuse(option.Name);
        }

        return to.Finish(static _ => UsualQuality);
    }

    public string? Write(ImageOperations operations, string source)
    {
        var escaped = source.Contains("://", StringComparison.Ordinal) ? source : Uri.EscapeDataString(source);
        if (operations.Original)
            return $"{Prefix}metadata=none/{escaped}";
        var left =
            operations with
            {
                Width = null,
                Height = null,
                Fit = null,
                Format = null,
                Quality = null,
                Gravity = null,
                FocalX = null,
                FocalY = null,
                Flip = false,
                Flop = false,
                Dpr = null
            };
        List<string> parts = [];
        void Add(string name, string? value)
        {
            if (value is not null)
                parts.Add($"{name}={value}");
        }

        Add("width", operations.Width is OperationsGrammar.AutoWidth ? "auto" : operations.Width?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("height", operations.Height?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var isBox = operations is { Width: not null, Height: not null };
        if ((isBox && operations.Fit is Fit.Outside or Fit.Contain) || operations.Gravity is Gravity.Focal && operations.FocalX is null)
            return null;
        if (isBox)
            Add("fit", operations.Fit switch { Fit.Inside => "scale-down", Fit.Pad => "pad", Fit.Fill => "squeeze", _ => "cover" });
        Add("gravity", operations.Gravity switch
        {
            null or Gravity.Center => null,
            Gravity.Smart => "auto",
            Gravity.Focal => $"{TargetText.Write(operations.FocalX!.Value)}x{TargetText.Write(operations.FocalY ?? 0.5)}",
            { } gravity => string.Join('-', gravity.Words()),
        });
        Add("dpr", operations.Dpr is { } dpr ? TargetText.Write(dpr) : null);
        Add("rotate", operations.Rotation?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("flip", (operations.Flip, operations.Flop) switch { (true, true) => "hv", (true, _) => "h", (_, true) => "v", _ => null });
        Add("background", operations.Background is { } color ? "%23" + color.Hex : null);
        Add("blur", operations.Blur is { } sigma ? TargetText.Write(sigma) : null);
        Add("sharpen", operations.Sharpen is { } sharp ? TargetText.Write(sharp) : null);
        Add("brightness", Factor(operations.Brightness));
        Add("contrast", Factor(operations.Contrast));
        Add("saturation", Factor(operations.Saturation));
        Add("gamma", operations.Gamma is { } gamma ? TargetText.Write(gamma) : null);
        Add("border-radius", operations.Round is { } round ? round.Text : null);
        Add("format", operations.Format is not { } format ? null : format.Fixed is { } own ? own is ImageFormat.Jpg ? "jpeg" : own.Name() : "auto");
        Add("quality", operations.Quality is { IsAuto: false } quality ? TargetText.Write(quality.Value) : null);
        left =
            left with
            {
                Rotation = null,
                Background = null,
                Blur = null,
                Sharpen = null,
                Brightness = null,
                Contrast = null,
                Saturation = null,
                Gamma = null,
                Round = null
            };
        return left == new ImageOperations() && operations.Quality is not { IsAuto: true } ? $"{Prefix}{string.Join(',', parts)}/{escaped}" : null;

        static string? Factor(double? percent) => percent is { } value ? TargetText.Write(value / 100) : null;
    }

    private static string LongName(string name) => name switch
    {
        "w" => "width",
        "h" => "height",
        "q" => "quality",
        "f" => "format",
        "g" => "gravity",
        "scq" => "slow-connection-quality",
        _ => name,
    };

    private static bool Take(OldOption option, Mapping to)
    {
        var value = option.Value;
        var number = TargetText.Number(value);
        switch (option.Name)
        {
            case "width":
                return value is "auto" ? to.AutoWidth() : to.Width(number);
            case "height":
                return to.Height(number);
            case "fit":
                return to.Fit(value switch
                {
                    "scale-down" or "contain" => Fit.Inside,
                    "cover" or "crop" => Fit.Cover,
                    "pad" => Fit.Pad,
                    "squeeze" => Fit.Fill,
                    _ => null
                });
            case "gravity" when value is "auto" or "face":
                return to.Gravity(Gravity.Smart);
            case "gravity" when value.Split('x') is [var x, var y] && TargetText.Number(x) is { } left:
                return to.Focal(left, TargetText.Number(y));
            case "gravity":
                return to.Gravity(GravityNames.OfWords(value.Split('-')));
            case "quality":
                return to.Quality(value switch { "high" => 90, "medium-high" => 85, "medium-low" => 75, "low" => 60, _ => number });
            case "format":
                return to.Format(value switch { "baseline-jpeg" => "jpg", _ => value });
            case "dpr":
                return to.Dpr(number);
            case "background":
                return to.Background(Colors.Read(value));
            case "blur":
                return to.Blur(number);
            case "rotate":
                return to.Rotate(number);
            case "flip":
                return value is "h" or "v" or "hv" && to.Flip(value.Contains('h', StringComparison.Ordinal), value.Contains('v', StringComparison.Ordinal));
            case "sharpen":
                return to.Sharpen(number);
            case "brightness":
                return to.Brightness(number * 100);
            case "contrast":
                return to.Contrast(number * 100);
            case "saturation":
                return to.Saturation(number * 100);
            case "gamma":
                return to.Gamma(number);
            case "border-radius":
                return to.Round(value);
            case "trim" when value.Split(';').Select(TargetText.Number).ToArray() is [{ } top, { } right, { } bottom, { } before]:
                return to.Crop(before, top, to.Source.Width - before - right, to.Source.Height - top - bottom);
            case "anim" when value is "true":
            case "metadata" or "onerror" or "compression" or "slow-connection-quality":
                to.Ignore(option.Name);
                return true;
            default:
                return false;
        }
    }
}
