using System.Globalization;

namespace ImageService.Client;

/// <summary>Sizes of one image by its URL; everything else in the URL stays as it stands, its signature of scope <c>asset</c> included.</summary>
public static class Srcset
{
    private static readonly string[] Order =
    [
        "preset", "fmt", "w", "h", "f", "g", "b", "q", "r", "sharpen", "blur", "bw", "flip", "flop", "fx", "fy", "ar", "dpr", "crop", "trim", "pad", "round",
            "bri", "con", "sat", "gam",
        "tint", "duotone", "pixelate", "bytes", "o", "odpr", "t",
    ];

    /// <summary>Widths that real layouts ask for at one and two device pixels, px; each is a step of the ladder that public spaces have by default.</summary>
    public static IReadOnlyList<int> Widths { get; } = [320, 480, 640, 828, 1080, 1200, 1600, 1920, 2560, 3840];

    /// <summary>The value of a <c>srcset</c>: one candidate a width.</summary>
    /// <param name="url">URL or path of an image; signed with scope <c>asset</c> where it is private.</param>
    /// <param name="widths">px; those above <paramref name="max"/> become it. Null: <see cref="Widths"/>.</param>
    /// <param name="max">The original's width, px: nothing is enlarged beyond it.</param>
    /// <param name="format">Null: what the URL says, else <see cref="ImageFormat.Auto"/>.</param>
    public static string Of(string url, IEnumerable<int>? widths = null, int max = int.MaxValue, ImageFormat? format = null) => string.Join(
        ", ", (widths ?? Widths).Select(width => Math.Min(width, max)).Distinct().Order()
            .Select(width => string.Create(CultureInfo.InvariantCulture, $"{Resize(url, width, format)} {width}w")));

    /// <summary>
    /// The image's URL at another width. Where both sides were said, the height follows in proportion; a device pixel ratio is dropped. A format that is not
    /// said becomes <c>fmt_auto</c>.
    /// </summary>
    /// <exception cref="FormatException">It is no image's URL.</exception>
    /// <exception cref="ArgumentException">It is signed for one size only.</exception>
    public static string Resize(string url, int width, ImageFormat? format = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var parts = ImageUrlParts.Read(url) ?? throw new FormatException($"\"{url}\" is not an image's URL.");
        var parameters = parts.Query.Split('?', '&');
        if (parameters.Any(parameter => parameter.StartsWith("sig=", StringComparison.Ordinal)) && !parameters.Contains("scope=asset", StringComparer.Ordinal))
            throw new ArgumentException("The URL is signed for one size. Sign it with scope \"asset\" for use in a srcset.", nameof(url));

        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        List<string> kept = [];
        foreach (var token in parts.Operations.Split('-'))
        {
            var (name, value) = token == "f_auto" ? ("fmt", "auto") : (Name(token), token[Math.Min(token.Length, Name(token).Length + 1)..]);
            if (name is "w" or "h" or "fmt" or "dpr")
                said[name] = value;
            else if (token is not ("original" or "any"))
                kept.Add(token);
        }

        Insert(kept, "fmt", format?.Name() ?? said.GetValueOrDefault("fmt") ?? "auto");
        Insert(kept, "w", width.ToString(CultureInfo.InvariantCulture));
        if (Side("w") is { } w && Side("h") is { } h)
            Insert(kept, "h", Math.Max(1, (int)Math.Floor((h * width / w) + 0.5)).ToString(CultureInfo.InvariantCulture));
        return $"{parts.Folder}{string.Join('-', kept)}.{parts.Extension}{parts.Query}";

        double? Side(string name) =>
            said.TryGetValue(name, out var text) && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var side)
                && side > 0 ? side : null;
    }

    /// <summary>Puts an operation at its place of the canonical order; those that stay keep theirs, because a signature covers it.</summary>
    private static void Insert(List<string> tokens, string name, string value)
    {
        var at = tokens.FindIndex(token => Rank(token) > Rank(name));
        tokens.Insert(at < 0 ? tokens.Count : at, $"{name}_{value}");
    }

    private static int Rank(string token) =>
        Array.IndexOf(Order, Name(token)) is var rank and >= 0 ? rank : Array.IndexOf(Order, Name(token).TrimEnd("0123456789".ToCharArray()));

    private static string Name(string token) => token.Split('_')[0];
}
