using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Operations;

namespace ImageService.Api.ControlPlane.Presets;

/// <summary>What a preset must be.</summary>
internal static class PresetRules
{
    private const int MaxOperations = 500;
    private const int MaxMatches = 100;
    private const int MaxMatchLength = 500;

    public static Error? JudgeSlug(string? slug) =>
        slug is { Length: >= 1 and <= 100 } && slug.All(static letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_')
            ? null
            : Problems.Invalid("A preset's slug must be 1 to 100 of a-z, 0-9 and _.");

    /// <summary>The grammar's own error names the operation and its position.</summary>
    public static Error? JudgeOperations(string? operations)
    {
        if (operations is not { Length: > 0 and <= MaxOperations })
            return Problems.Invalid($"operations must be 1 to {MaxOperations} characters in the URL's grammar, such as w_400-h_300-f_cover.");
        return OperationsParser.ParsePreset(operations).Error;
    }

    public static Error? JudgeMatches(string[]? tags, string[]? folders)
    {
        if (tags is { Length: > MaxMatches } || folders is { Length: > MaxMatches })
            return Problems.Invalid($"matchTags and matchFolders take at most {MaxMatches} entries each.");
        if (tags is not null && tags.Any(static tag => string.IsNullOrWhiteSpace(tag) || tag.Length > MaxMatchLength))
            return Problems.Invalid("matchTags holds an empty or too long tag.");
        if (folders is not null && folders.Any(static folder => !IsFolder(folder)))
            return Problems.Invalid("matchFolders must hold absolute folders without a trailing slash, such as / or /products/shoes.");
        return null;
    }

    public static Error? JudgeTexts(string? name, string? description)
    {
        if (name is not null && NameRules.ReadName(name).Error is { } error)
            return error;
        return description is { Length: > 1000 } ? Problems.Invalid("description must be at most 1000 characters.") : null;
    }

    private static bool IsFolder(string? folder) =>
        folder == "/" || (folder is { Length: > 1 and <= MaxMatchLength } && folder[0] == '/' && folder[^1] != '/'
            && !folder.Contains("//", StringComparison.Ordinal));
}
