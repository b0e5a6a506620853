using System.Text;
using System.Text.RegularExpressions;

namespace ImageService.Portal.Images;

/// <summary>An operation that a person fills in as text.</summary>
/// <param name="Key">Its name in the URL.</param>
/// <param name="Label">For people.</param>
/// <param name="Example">What a value looks like.</param>
/// <param name="Help">What it does, and its unit.</param>
/// <param name="Pattern">What the service takes, as far as a pattern can say it.</param>
public sealed record MoreOperation(string Key, string Label, string Example, string Help, string Pattern)
{
    private const string Number = @"\d+(\.\d+)?";
    private const string Colour = "([0-9a-fA-F]{3}|[0-9a-fA-F]{6})";
    private const string Slug = "[a-z0-9_]{1,100}";
    private const string Percent = @"(300(\.0+)?|[12]?\d?\d(\.\d+)?)";

    /// <summary>All of them, in the order of the canonical form.</summary>
    public static IReadOnlyList<MoreOperation> All { get; } =
    [
        new("ar", "Aspect ratio", "16:9", "gives the side that is not said", $"{Number}(:{Number})?"),
        new("dpr", "Device pixels", "2", "multiplies lengths, 1 to 4", @"([1-3](\.\d+)?|4(\.0+)?)"),
        new("crop", "Crop box", "0.1,0.1,0.5,0.5", "x,y,w,h: pixels, or fractions with a point", $"{Number}(,{Number}){{3}}"),
        new("trim", "Trim borders", "10", "tolerance in percent", @"(100(\.0+)?|\d?\d(\.\d+)?)"),
        new("pad", "Space around", "20", "px: n, v,h or t,r,b,l", $"{Number}(,{Number}|(,{Number}){{3}})?"),
        new("round", "Round corners", "max", "px, or max", $"(max|{Number})"),
        new("bri", "Brightness", "110", "percent, 0 to 300", Percent),
        new("con", "Contrast", "110", "percent, 0 to 300", Percent),
        new("sat", "Saturation", "120", "percent, 0 to 300", Percent),
        new("gam", "Gamma", "1.2", "0.1 to 10", Number),
        new("tint", "Tint", "0066ff", "hex digits", Colour),
        new("duotone", "Duotone", "1b1464,f7b733", "dark colour, light colour", $"{Colour},{Colour}"),
        new("pixelate", "Pixelate", "12", "px, 2 to 512", Number),
        new("bytes", "Largest file", "60000", "bytes, 1000 to 10000000", Number),
        new("o", "Overlay", "badge", "short name of an overlay", Slug),
        new("o2", "Second overlay", "price", "short name of an overlay", Slug),
        new("o3", "Third overlay", "mark", "short name of an overlay", Slug),
        new("t1", "Text for {t1}", "Hello", "needs a signed address", ".{1,200}"),
        new("t2", "Text for {t2}", "Hello", "needs a signed address", ".{1,200}"),
        new("t3", "Text for {t3}", "Hello", "needs a signed address", ".{1,200}"),
    ];

    /// <summary>Whether people write plain text, which the URL holds as base64url with <c>~</c> in place of <c>-</c>.</summary>
    public bool IsText => Key[0] == 't' && Key.Length == 2;

    /// <summary>The operation of a name; null where it has no control of this kind.</summary>
    public static MoreOperation? Find(string key) => All.FirstOrDefault(operation => operation.Key == key);

    /// <summary>Why a value cannot be used; null where it may be.</summary>
    public string? ProblemOf(string? value) => string.IsNullOrWhiteSpace(value) || IsAcceptable(value.Trim()) ? null : $"such as {Example}";

    /// <summary>Whether a value looks like one that the service takes.</summary>
    public bool IsAcceptable(string value) =>
        Regex.IsMatch(value, $"^({Pattern})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromMilliseconds(100))
            && (!IsText || Encoding.UTF8.GetByteCount(value) <= 200);

    /// <summary>As the URL has it.</summary>
    public string Write(string value) =>
        $"{Key}_{(IsText ? System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(value)).Replace('-', '~') : value)}";

    /// <summary>What the URL's value is to people; null where it is none.</summary>
    public string? Read(string value)
    {
        var text = value;
        if (IsText)
        {
            var url = value.Replace('~', '-');
            if (!System.Buffers.Text.Base64Url.IsValid(url))
                return null;
            text = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(url));
        }

        return IsAcceptable(text) && Write(text) == $"{Key}_{value}" ? text : null;
    }
}
