using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane;

/// <summary>The rules of slugs and names in requests.</summary>
internal static class NameRules
{
    public const int MaxName = 255;

    public static Error Taken(string slug) => new(ErrorCode.SlugTaken, $"The slug \"{slug}\" is in use here. Choose another.");

    public static Result<Slug> ReadSlug(string? text) => Slug.TryParse(text, out var slug)
        ? slug
        : Problems.Invalid("slug must be 1 to 100 of a-z, 0-9 and -, beginning and ending with a letter or digit.");

    public static Result<string> ReadName(string? text, string member = "name") => text?.Trim() is { Length: > 0 and <= MaxName } name && !name.Any(char.IsControl)
        ? name
        : Problems.Invalid($"{member} must be 1 to {MaxName} characters.");
}
