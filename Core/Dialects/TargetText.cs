using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ImageService.Core.Dialects;

/// <summary>Reading and writing the small texts that URLs are made of. None throws on hostile text.</summary>
internal static class TargetText
{
    private const int LongestNumber = 16;

    /// <summary>Path and query of a request target; null where it has none.</summary>
    public static (string Path, string? Query) Parts(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? (target, null) : (target[..mark], target[(mark + 1)..]);
    }

    /// <summary>Percent-decoded once; what is no escape stays.</summary>
    public static string Decode(string text) => text.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(text) : text;

    /// <summary>A source as aliases name it: decoded once, without the leading slash.</summary>
    public static string Source(string raw) => Decode(raw).TrimStart('/');

    /// <summary>The parameters of a query in their order, names and values decoded as forms are.</summary>
    public static IEnumerable<OldOption> Query(string? query)
    {
        foreach (var part in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? new OldOption(Form(part), "") : new OldOption(Form(part[..equals]), Form(part[(equals + 1)..]));
        }
    }

    /// <summary>Decoded base64url, with or without its padding, as UTF-8; null where it is neither.</summary>
    public static string? Base64(string text)
    {
        var clean = text.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        if (!Base64Url.IsValid(clean))
            return null;
        var bytes = Base64Url.DecodeFromChars(clean);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }

    /// <summary>A number with an optional sign and fraction; null for anything else.</summary>
    public static double? Number(string text) =>
        text.Length is > 0 and <= LongestNumber
            && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>A whole number, fractions floored.</summary>
    public static int? Whole(string text) => Number(text) is { } number && Math.Abs(number) <= int.MaxValue ? (int)Math.Floor(number) : null;

    /// <summary>imgproxy's and others' truth.</summary>
    public static bool? Truth(string text) => text switch
    {
        "1" or "t" or "true" => true,
        "0" or "f" or "false" or "" => false,
        _ => null,
    };

    /// <summary>At most four decimals, no more than needed.</summary>
    public static string Write(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    public static string Write(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Form(string text) => Decode(text.Replace('+', ' '));
}
