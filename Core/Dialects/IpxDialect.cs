using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Registry;

namespace ImageService.Core.Dialects;

/// <summary>
/// IPX, the images of Nuxt: <c>[/_ipx]/{modifiers}/{id}</c>, modifiers joined by <c>,</c> or <c>&amp;</c>, name and value by <c>_</c>, <c>:</c> or
/// <c>=</c>; <c>_</c> alone for none. Unsigned.
/// </summary>
internal sealed class IpxDialect : IUrlDialect
{
    private static readonly char[] Between = [',', '&'];
    private static readonly char[] Assign = ['_', ':', '='];

    public UrlDialect Name => UrlDialect.Ipx;

    public bool HasSignatures => false;

    public Result<OldUrl> Split(string target)
    {
        var (path, _) = TargetText.Parts(target);
        var rest = path.StartsWith("/_ipx/", StringComparison.Ordinal) ? path[6..] : path.TrimStart('/');
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == rest.Length - 1)
            return DialectErrors.NotFound;
        List<OldOption> options = [];
        foreach (var modifier in TargetText.Decode(rest[..slash]).Split(Between, StringSplitOptions.RemoveEmptyEntries))
        {
            if (modifier is "_")
                continue;
            var assign = modifier.IndexOfAny(Assign);
            options.Add(assign < 0 ? new OldOption(LongName(modifier), "") : new OldOption(LongName(modifier[..assign]), modifier[(assign + 1)..]));
        }

        return new OldUrl(TargetText.Source(rest[(slash + 1)..]), options);
    }

    public bool Verify(OldUrl url, DialectKeys keys, DateTimeOffset now) => false;

    public OldMeaning Map(OldUrl url, SourceFacts source)
    {
        var to = new Mapping(source);
        foreach (var option in url.Options)
        {
            if (!Take(option, to))
                to.Refuse(option.Name);
        }

        return to.Finish();
    }

    public string? Write(ImageOperations operations, string source)
    {
        var left =
            operations with
            {
                Width = null,
                Height = null,
                Fit = null,
                Format = null,
                Quality = null,
                Gravity = null,
                Flip = false,
                Flop = false,
                Greyscale = false,
                Original = false
            };
        List<string> parts = [];
        void Add(string name, string? value)
        {
            if (value is not null)
                parts.Add(value.Length == 0 ? name : $"{name}_{value}");
        }

        if (operations is { Width: { } width, Height: { } height })
            Add("s", FormattableString.Invariant($"{width}x{height}"));
        else
            Add(operations.Width is null ? "h" : "w", (operations.Width ?? operations.Height)?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (operations.Fit is Fit.Contain || operations.Gravity is Gravity.Focal || operations.Quality is { IsAuto: true })
            return null;
        Add("fit", operations.Fit switch { null => null, Fit.Pad => "contain", { } fit => fit.Name() });
        Add("pos", operations.Gravity switch
        {
            null => null,
            Gravity.Smart => "attention",
            Gravity.Center => "center",
            { } gravity => string.Join(' ', gravity.Words().Reverse())
        });
        if (operations.Crop is { IsFraction: false } box)
            (parts, left) = ([.. parts, FormattableString.Invariant($"extract_{box.X:0}_{box.Y:0}_{box.Width:0}_{box.Height:0}")], left with { Crop = null });
        if (operations.Trim is { } trim)
            (parts, left) = ([.. parts, $"trim_{TargetText.Write(trim * 255 / 100)}"], left with { Trim = null });
        if (operations.Pad is { } pad)
            (parts, left) = ([.. parts, FormattableString.Invariant($"extend_{pad.Top}_{pad.Right}_{pad.Bottom}_{pad.Left}")], left with { Pad = null });
        if (operations.Background is { } color)
            (parts, left) = ([.. parts, $"b_{color.Hex}"], left with { Background = null });
        if (operations.Rotation is { } turn)
            (parts, left) = ([.. parts, $"rotate_{turn}"], left with { Rotation = null });
        Add("flop", operations.Flip ? "" : null);
        Add("flip", operations.Flop ? "" : null);
        Add("grayscale", operations.Greyscale ? "" : null);
        if (operations.Blur is { } sigma)
            (parts, left) = ([.. parts, $"blur_{TargetText.Write(sigma)}"], left with { Blur = null });
        if (operations.Sharpen is { } sharp)
            (parts, left) = ([.. parts, $"sharpen_{TargetText.Write(sharp)}"], left with { Sharpen = null });
        if (operations.Tint is { } tint)
            (parts, left) = ([.. parts, $"tint_{tint.Hex}"], left with { Tint = null });
        if (operations.Gamma is { } gamma)
            (parts, left) = ([.. parts, $"gamma_{TargetText.Write(gamma)}"], left with { Gamma = null });
        Add("f", operations.Format is { } format ? format.Fixed?.Name() ?? "auto" : null);
        Add("q", operations.Quality is { } quality ? TargetText.Write(quality.Value) : null);
        return left == new ImageOperations()
            ? $"/{(parts.Count == 0 ? "_" : Uri.EscapeDataString(string.Join(',', parts)).Replace("%2C", ",", StringComparison.Ordinal))}/{Uri.EscapeDataString(source)}" : null;
    }

    private static string LongName(string name) => name switch
    {
        "w" => "width",
        "h" => "height",
        "s" => "resize",
        "pos" => "position",
        "f" => "format",
        "q" => "quality",
        "b" => "background",
        "crop" => "extract",
        "a" => "animated",
        _ => name,
    };

    private static bool Take(OldOption option, Mapping to)
    {
        var value = option.Value;
        var number = TargetText.Number(value);
        switch (option.Name)
        {
            case "width":
                return to.Width(number);
            case "height":
                return to.Height(number);
            case "resize":
                return value.Split('x') is [var width, var height] && to.Sides(TargetText.Number(width), TargetText.Number(height));
            case "fit":
                return to.Fit(value switch
                {
                    "contain" => Fit.Pad,
                    "cover" => Fit.Cover,
                    "fill" => Fit.Fill,
                    "inside" => Fit.Inside,
                    "outside" => Fit.Outside,
                    _ => null
                });
            case "position":
                return value is "entropy" or "attention" ? to.Gravity(Gravity.Smart) : to.Gravity(Position(value));
            case "format":
                return to.Format(value);
            case "quality":
                return to.Quality(number);
            case "background":
                return to.Background(Colors.Read(value));
            case "rotate":
                return to.Rotate(number);
            case "flip":
                return to.Flip(to.Operations.Flip, true);
            case "flop":
                return to.Flip(true, to.Operations.Flop);
            case "blur":
                return to.Blur(number ?? (value.Length == 0 ? 1 : null));
            case "sharpen":
                return to.Sharpen(TargetText.Number(value.Split('_')[0]) ?? (value.Length == 0 ? 1 : null));
            case "grayscale":
                to.Operations = to.Operations with { Greyscale = true };
                return true;
            case "enlarge" or "animated" or "kernel" or "autoorient":
                to.Ignore(option.Name);
                return true;
            case "extract" when Numbers(value) is [{ } left, { } top, { } wide, { } high]:
                return to.Crop(left, top, wide, high);
            case "extend" when Numbers(value) is [{ } above, { } right, { } below, { } before]:
                return to.Pad((int)above, (int)right, (int)below, (int)before);
            case "trim":
                return to.Trim((number ?? 10) * 100 / 255);
            case "tint" when Colors.Read(value) is { Alpha: byte.MaxValue } color:
                to.Operations = to.Operations with { Tint = color };
                return true;
            case "gamma":
                return to.Gamma(number ?? (value.Length == 0 ? 2.2 : null));
            default:
                return false;
        }
    }

    private static double?[] Numbers(string value) =>
        [.. value.Split('_').Select(static text => TargetText.Number(text) is >= 0 and <= 100_000 and var number ? (double?)number : null)];

    private static Gravity? Position(string value) => value switch
    {
        "north" => Gravity.North,
        "northeast" => Gravity.Northeast,
        "east" => Gravity.East,
        "southeast" => Gravity.Southeast,
        "south" => Gravity.South,
        "southwest" => Gravity.Southwest,
        "west" => Gravity.West,
        "northwest" => Gravity.Northwest,
        _ => GravityNames.OfWords(value.Split(' ', '+', '-')),
    };
}
