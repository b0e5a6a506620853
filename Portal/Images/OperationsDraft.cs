using System.Collections.Immutable;
using System.Globalization;

namespace ImageService.Portal.Images;

/// <summary>
/// The operations a person puts together on an asset's page, written as the URL's text. A value that is not set stands for the service's default and is
/// left out.
/// </summary>
public sealed record OperationsDraft
{
    public string? Preset { get; init; }

    /// <summary>px, 1 to 8192.</summary>
    public int? Width { get; init; }

    /// <summary>Whether the width is the one that the browser says it needs; <see cref="Width"/> is then not said.</summary>
    public bool AutoWidth { get; init; }

    /// <summary>px, 1 to 8192.</summary>
    public int? Height { get; init; }

    public string? Fit { get; init; }

    public string? Gravity { get; init; }

    /// <summary>Hex digits without <c>#</c>.</summary>
    public string? Background { get; init; }

    /// <summary>1 to 100; null without a <see cref="QualityLevel"/> is the default.</summary>
    public int? Quality { get; init; }

    /// <summary>What the picture needs (<c>auto</c>), or one step less (<c>eco</c>); <see cref="Quality"/> is then not said.</summary>
    public string? QualityLevel { get; init; }

    /// <summary>Extension, or <c>auto</c>.</summary>
    public string Format { get; init; } = "jpg";

    /// <summary>0, 90, 180 or 270 degrees clockwise.</summary>
    public int Rotation { get; init; }

    /// <summary>0 to 10.</summary>
    public double Sharpen { get; init; }

    /// <summary>0, or 0.3 to 1000.</summary>
    public double Blur { get; init; }

    public bool Greyscale { get; init; }

    public bool Flip { get; init; }

    public bool Flop { get; init; }

    /// <summary>Operations that are filled in as text, by their names (<see cref="MoreOperation"/>).</summary>
    public ImmutableSortedDictionary<string, string> More { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    public static IReadOnlyList<string> Fits { get; } = ["cover", "contain", "fill", "inside", "outside", "pad"];

    public static IReadOnlyList<string> Gravities { get; } =
        ["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "smart", "focal"];

    public static IReadOnlyList<string> QualityLevels { get; } = ["auto", "eco"];

    public static IReadOnlyList<string> Formats { get; } = ["auto", "avif", "jxl", "webp", "jpg", "png", "gif"];

    /// <summary>The last segment of the URL: <c>w_800-h_600-f_cover.webp</c>.</summary>
    /// <param name="ownFormat">Extension of the original's own format, which <c>auto</c> falls back to.</param>
    public string FileName(string ownFormat) => $"{Operations()}.{(IsAuto ? ownFormat : Format)}";

    /// <summary>
    /// What <see cref="FileName"/> wrote; null for a text with anything that has no control here, which is left as it is rather than half understood.
    /// </summary>
    public static OperationsDraft? Read(string? fileName)
    {
        if (string.IsNullOrEmpty(fileName) || fileName.LastIndexOf('.') is not (> 0 and var dot))
            return null;
        OperationsDraft? draft = new() { Format = fileName[(dot + 1)..] };
        foreach (var part in fileName[..dot].Split('-'))
        {
            if (part == "original" && draft is not null)
                continue;
            draft = draft is null ? null : Take(draft, part);
        }

        return draft is not null && Formats.Contains(draft.Format, StringComparer.Ordinal) ? draft : null;
    }

    private static OperationsDraft? Take(OperationsDraft draft, string part)
    {
        var (key, value) = part.IndexOf('_', StringComparison.Ordinal) is > 0 and var bar ? (part[..bar], part[(bar + 1)..]) : (part, "");
        return (key, value) switch
        {
            ("preset", _) => draft with { Preset = value },
            ("fmt", "auto") => draft with { Format = "auto" },
            ("w", "auto") => draft with { AutoWidth = true },
            ("w", _) when Pixels(value) is { } width => draft with { Width = width },
            ("h", _) when Pixels(value) is { } height => draft with { Height = height },
            ("f", "auto") => draft with { Format = "auto" },
            ("f", _) when Fits.Contains(value, StringComparer.Ordinal) => draft with { Fit = value },
            ("g", _) when Gravities.Contains(value, StringComparer.Ordinal) => draft with { Gravity = value },
            ("b", _) when value.Length is 3 or 4 or 6 or 8 && value.All(char.IsAsciiHexDigit) => draft with { Background = value },
            ("q", _) when QualityLevels.Contains(value, StringComparer.Ordinal) => draft with { QualityLevel = value },
            ("q", _) when Whole(value) is >= 1 and <= 100 and var quality => draft with { Quality = quality },
            ("r", "90" or "180" or "270") => draft with { Rotation = Whole(value)!.Value },
            ("sharpen", _) when Decimal(value) is >= 0 and <= 10 and var sharpen => draft with { Sharpen = sharpen },
            ("blur", _) when Decimal(value) is >= 0.3 and <= 1000 and var blur => draft with { Blur = blur },
            ("bw", "") => draft with { Greyscale = true },
            ("flip", "") => draft with { Flip = true },
            ("flop", "") => draft with { Flop = true },
            _ when MoreOperation.Find(key) is { } more && !draft.More.ContainsKey(key) && more.Read(value) is { } text => draft.With(key, text),
            _ => null,
        };
    }

    /// <summary>The same with another value for an operation that is filled in as text; nothing or what cannot be one takes it away.</summary>
    public OperationsDraft With(string key, string? value) => this with
    {
        More = !string.IsNullOrWhiteSpace(value) && MoreOperation.Find(key)?.IsAcceptable(value.Trim()) == true
            ? More.SetItem(key, value.Trim()) : More.Remove(key),
    };

    private static int? Pixels(string text) => Whole(text) is >= 1 and <= 8192 and var pixels ? pixels : null;

    private static int? Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Decimal(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The operations as text; <c>original</c> where there are none.</summary>
    public string Operations()
    {
        List<string> parts = [];
        if (!string.IsNullOrEmpty(Preset))
            parts.Add($"preset_{Preset}");
        if (IsAuto)
            parts.Add("fmt_auto");
        if (AutoWidth)
            parts.Add("w_auto");
        else if (Width is { } width)
            parts.Add($"w_{width}");
        if (Height is { } height)
            parts.Add($"h_{height}");
        if (!string.IsNullOrEmpty(Fit))
            parts.Add($"f_{Fit}");
        if (!string.IsNullOrEmpty(Gravity))
            parts.Add($"g_{Gravity}");
        if (!string.IsNullOrEmpty(Background))
            parts.Add($"b_{Background.TrimStart('#').ToLowerInvariant()}");
        if (!string.IsNullOrEmpty(QualityLevel))
            parts.Add($"q_{QualityLevel}");
        else if (Quality is { } quality)
            parts.Add($"q_{quality}");
        if (Rotation is 90 or 180 or 270)
            parts.Add($"r_{Rotation}");
        if (Sharpen >= 0.005)
            parts.Add($"sharpen_{Number(Sharpen)}");
        if (Blur >= 0.3)
            parts.Add($"blur_{Number(Blur)}");
        if (Greyscale)
            parts.Add("bw");
        if (Flip)
            parts.Add("flip");
        if (Flop)
            parts.Add("flop");
        parts.AddRange(MoreOperation.All.Where(IsSaid).Select(more => more.Write(More[more.Key])));
        return parts.Count == 0 ? "original" : string.Join('-', parts);
    }

    // Both sides leave none for a ratio to give.
    private bool IsSaid(MoreOperation more) => More.ContainsKey(more.Key) && !(more.Key == "ar" && Width is not null && Height is not null);

    private bool IsAuto => string.Equals(Format, "auto", StringComparison.Ordinal);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
