using System.Text;

using ImageService.Core.Errors;

namespace ImageService.Core.Ingestion;

/// <summary>Reads what callers call things: filenames, folders, tags. Pure.</summary>
public static class AssetNames
{
    public const int MaxFilenameLength = 500;
    public const int MaxFolderLength = 1000;
    public const int MaxTags = 100;
    public const int MaxTagLength = 100;

    /// <summary>The last segment of what a client calls the file, without control characters; <c>image</c> where nothing is left.</summary>
    public static string Filename(string? text)
    {
        var name = (text ?? "")[((text ?? "").LastIndexOfAny(['/', '\\']) + 1)..];
        name = string.Concat(name.EnumerateRunes().Where(rune => !Rune.IsControl(rune)).Select(rune => rune.ToString())).Trim();
        if (name.Length > MaxFilenameLength)
            name = name[(char.IsLowSurrogate(name[^MaxFilenameLength]) ? name.Length - MaxFilenameLength + 1 : name.Length - MaxFilenameLength)..];
        return name is "" or "." or ".." ? "image" : name;
    }

    /// <summary>An absolute folder without a trailing slash; <c>/</c> for null or empty. Segments are not empty, <c>.</c> or <c>..</c>.</summary>
    public static Result<string> Folder(string? text)
    {
        var segments = (text ?? "").Trim().Trim('/').Split('/', StringSplitOptions.TrimEntries);
        if (segments is [""])
            return "/";
        var folder = "/" + string.Join('/', segments);
        return folder.Length <= MaxFolderLength
            && segments.All(segment => segment is not ("" or "." or "..") && IsPlain(segment) && !segment.Contains('\\', StringComparison.Ordinal))
            ? folder
            : Invalid($"folder must be a path like /products/shoes of at most {MaxFolderLength} characters, without empty, '.' or '..' segments, backslashes or control characters.");
    }

    /// <summary>Tags from comma-separated text; empty for null.</summary>
    public static Result<string[]> Tags(string? text) => Tags((text ?? "").Split(','));

    /// <summary>Trimmed, without empty ones and repetitions, in the order given.</summary>
    public static Result<string[]> Tags(IEnumerable<string> tags)
    {
        string[] clean = [.. tags.Select(tag => tag.Trim()).Where(tag => tag.Length > 0).Distinct(StringComparer.Ordinal)];
        return clean.Length <= MaxTags && clean.All(tag => tag.Length <= MaxTagLength && IsPlain(tag) && !tag.Contains(',', StringComparison.Ordinal))
            ? clean
            : Invalid($"tags are at most {MaxTags} texts of at most {MaxTagLength} characters, without commas and control characters.");
    }

    /// <summary>A name from outside as it can be shown and stored: without control characters and halves of characters, at most 1000 characters.</summary>
    public static string Shown(string text)
    {
        var start = text.Length > 1000 ? text[..1000] : text;
        return string.Concat(start.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? "\uFFFD" : rune.ToString()));
    }

    private static bool IsPlain(string text) => !text.Any(char.IsControl) && IsPaired(text);

    /// <summary>Whether the text is well-formed UTF-16: PostgreSQL and JSON take nothing else.</summary>
    private static bool IsPaired(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[++i]))
                return false;
        }

        return true;
    }

    private static Error Invalid(string detail) => new(ErrorCode.InvalidRequest, detail);
}
