using ImageService.Core.Errors;

namespace ImageService.Core.Operations;

/// <summary>Why operations could not be read. Every detail names the operation, its position and what would be accepted.</summary>
internal static class OperationErrors
{
    private const int MaxShown = 40;

    public static Error Empty() => At("", 1, 0, "is empty", $"original, or operations joined by '-': {OperationsGrammar.AllNames}");

    public static Error Unknown(ReadOnlySpan<char> text, int number, int offset) =>
        At(text, number, offset, "is not known", $"one of {OperationsGrammar.AllNames}");

    public static Error OriginalNotAlone(ReadOnlySpan<char> text, int number, int offset) =>
        At(text, number, offset, "takes no other operation beside it", "original alone, or other operations without it");

    public static Error Repeated(OperationRule rule, ReadOnlySpan<char> text, int number, int offset) =>
        At(text, number, offset, $"gives {rule.Name} a second time", $"{rule.Name} once");

    public static Error RatioBesideSides(ReadOnlySpan<char> text, int number, int offset) =>
        At(text, number, offset, "leaves no side for ar to give, since w and h are both said", "ar with one of w and h, or w and h without ar");

    public static Error EmptyCrop(CropBox crop, int width, int height) => new(
        ErrorCode.InvalidOperations,
        $"The box crop_{crop.Text} leaves nothing of a picture of {width} x {height} pixels. Accepted: a box that lies at least partly inside it.");

    public static Error BadValue(OperationRule rule, ReadOnlySpan<char> text, int number, int offset) =>
        At(text, number, offset, "has a value that cannot be used", $"{rule.Name} with {rule.Accepted}");

    public static Error PresetInPreset(ReadOnlySpan<char> text, int number, int offset) =>
        At(text, number, offset, "names a preset, which a preset may not do", "the other preset's own operations");

    public static Error PresetNotExpanded(string slug) =>
        new(ErrorCode.InvalidOperations, $"The preset {slug} has not been replaced by its operations.");

    public static Error TooLong(int length) =>
        new(ErrorCode.InvalidOperations, $"The canonical form has {length} characters; at most {OperationsGrammar.MaxCanonicalLength} are accepted.");

    private static Error At(ReadOnlySpan<char> text, int number, int offset, string problem, string accepted)
    {
        var shown = Shown(text);
        return new Error(ErrorCode.InvalidOperations, $"Operation {number}, \"{shown}\" at position {offset + 1}, {problem}. Accepted: {accepted}.")
        {
            Extensions = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["operation"] = shown,
                ["operationNumber"] = number,
                ["position"] = offset + 1,
                ["accepted"] = accepted,
            },
        };
    }

    /// <summary>What the caller wrote, shortened, with only printable ASCII kept.</summary>
    private static string Shown(ReadOnlySpan<char> text)
    {
        Span<char> buffer = stackalloc char[MaxShown + 1];
        var length = Math.Min(text.Length, MaxShown);
        for (var i = 0; i < length; i++)
            buffer[i] = text[i] is >= ' ' and <= '~' and not '"' ? text[i] : '?';
        if (text.Length > MaxShown)
            buffer[length++] = '…';
        return new string(buffer[..length]);
    }
}
