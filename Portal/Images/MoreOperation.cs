using System.Text;
using System.Text.RegularExpressions;

namespace ImageService.Portal.Images;

/// <summary>An operation that a person fills in as text.</summary>
public sealed record MoreOperation
{
    /// <summary>Its name in the URL.</summary>
    public required string Key { get; init; }

    /// <summary>For people.</summary>
    public required string Label { get; init; }

    /// <summary>What a value looks like.</summary>
    public required string Example { get; init; }

    /// <summary>What it does, and its unit.</summary>
    public required string Help { get; init; }

    /// <summary>What the service takes, as far as a pattern can say it.</summary>
    public required string Pattern { get; init; }

    private const string Number = @"\d+(\.\d+)?";
    private const string Colour = "([0-9a-fA-F]{3}|[0-9a-fA-F]{6})";
    private const string Slug = "[a-z0-9_]{1,100}";
    private const string Percent = @"(300(\.0+)?|[12]?\d?\d(\.\d+)?)";

    /// <summary>All of them, in the order of the canonical form.</summary>
    public static IReadOnlyList<MoreOperation> All { get; } =
    [
        new() { Key = "ar", Label = "Aspect ratio", Example = "16:9", Help = "gives the side that is not said", Pattern = $"{Number}(:{Number})?" },
        new() { Key = "dpr", Label = "Device pixels", Example = "2", Help = "multiplies lengths, 1 to 4", Pattern = @"([1-3](\.\d+)?|4(\.0+)?)" },
        new()
        {
            Key = "crop",
            Label = "Crop box",
            Example = "0.1,0.1,0.5,0.5",
            Help = "x,y,w,h: pixels, or fractions with a point",
            Pattern = $"{Number}(,{Number}){{3}}",
        },
        new() { Key = "trim", Label = "Trim borders", Example = "10", Help = "tolerance in percent", Pattern = @"(100(\.0+)?|\d?\d(\.\d+)?)" },
        new() { Key = "pad", Label = "Space around", Example = "20", Help = "px: n, v,h or t,r,b,l", Pattern = $"{Number}(,{Number}|(,{Number}){{3}})?" },
        new() { Key = "round", Label = "Round corners", Example = "max", Help = "px, or max", Pattern = $"(max|{Number})" },
        new() { Key = "bri", Label = "Brightness", Example = "110", Help = "percent, 0 to 300", Pattern = Percent },
        new() { Key = "con", Label = "Contrast", Example = "110", Help = "percent, 0 to 300", Pattern = Percent },
        new() { Key = "sat", Label = "Saturation", Example = "120", Help = "percent, 0 to 300", Pattern = Percent },
        new() { Key = "gam", Label = "Gamma", Example = "1.2", Help = "0.1 to 10", Pattern = Number },
        new() { Key = "tint", Label = "Tint", Example = "0066ff", Help = "hex digits", Pattern = Colour },
        new() { Key = "duotone", Label = "Duotone", Example = "1b1464,f7b733", Help = "dark colour, light colour", Pattern = $"{Colour},{Colour}" },
        new() { Key = "pixelate", Label = "Pixelate", Example = "12", Help = "px, 2 to 512", Pattern = Number },
        new() { Key = "bytes", Label = "Largest file", Example = "60000", Help = "bytes, 1000 to 10000000", Pattern = Number },
        new() { Key = "o", Label = "Overlay", Example = "badge", Help = "short name of an overlay", Pattern = Slug },
        new() { Key = "o2", Label = "Second overlay", Example = "price", Help = "short name of an overlay", Pattern = Slug },
        new() { Key = "o3", Label = "Third overlay", Example = "mark", Help = "short name of an overlay", Pattern = Slug },
        new() { Key = "t1", Label = "Text for {t1}", Example = "Hello", Help = "needs a signed address", Pattern = ".{1,200}" },
        new() { Key = "t2", Label = "Text for {t2}", Example = "Hello", Help = "needs a signed address", Pattern = ".{1,200}" },
        new() { Key = "t3", Label = "Text for {t3}", Example = "Hello", Help = "needs a signed address", Pattern = ".{1,200}" },
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
