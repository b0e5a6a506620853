using ImageService.Core.Errors;

namespace ImageService.Core.Dialects;

/// <summary>Why an old URL gets no image.</summary>
public static class DialectErrors
{
    private const int MaxShown = 80;

    /// <summary>Not a URL of the dialect; the same words as for a picture that is not there.</summary>
    public static Error NotFound { get; } = new(ErrorCode.NotFound, "There is no such image.");

    /// <summary>The one refusal of a signature, whatever is wrong with it.</summary>
    public static Error BadSignature { get; } = new(ErrorCode.InvalidSignature, "The URL needs a valid signature in the dialect of this host.");

    /// <summary>Part of the URL cannot be read.</summary>
    public static Error Unreadable(string what) => new(ErrorCode.InvalidOperations, $"The URL cannot be read: {Shown(what)}.");

    /// <summary>Options without a counterpart, on a host that is not lenient.</summary>
    public static Error Unmapped(IReadOnlyList<string> options) => new(
        ErrorCode.InvalidOperations,
        $"This option has no counterpart here: {Shown(string.Join(", ", options))}. A lenient host drops what it cannot say.")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["options"] = options.Select(Shown).ToArray() },
    };

    private static string Shown(string text) =>
        new([.. (text.Length > MaxShown ? text[..MaxShown] + "…" : text).Select(character => char.IsControl(character) ? '?' : character)]);
}
