using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane;

/// <summary>The rules of slugs and names in requests.</summary>
internal static class NameRules
{
    public const int MaxName = 255;

    /// <summary>What the portal calls its pages beside an organization's tenants: a tenant of such a name could not be looked at there.</summary>
    public static IReadOnlySet<string> PortalPages { get; } = new HashSet<string>(
        [
            "api-keys", "audit", "edges", "explain", "identity", "jobs", "members", "overlays", "policies", "presets", "setup", "signing-keys", "usage",
            "webhooks",
        ],
        StringComparer.Ordinal);

    public static Error Taken(string slug) => new(ErrorCode.SlugTaken, $"The slug \"{slug}\" is in use here. Choose another.");

    public static Result<Slug> ReadSlug(string? text) => Slug.TryParse(text, out var slug)
        ? slug
        : Problems.Invalid("slug must be 1 to 100 of a-z, 0-9 and -, beginning and ending with a letter or digit.");

    public static Result<Slug> ReadTenantSlug(string? text)
    {
        if (!ReadSlug(text).TryGet(out var slug, out var error))
            return error;
        return PortalPages.Contains(slug.Value)
            ? Problems.Invalid($"\"{slug}\" is the name of a page of the portal. Choose another slug.")
            : slug;
    }

    public static Result<string> ReadName(string? text, string member = "name") =>
        text?.Trim() is { Length: > 0 and <= MaxName } name && !name.Any(char.IsControl)
        ? name
        : Problems.Invalid($"{member} must be 1 to {MaxName} characters.");
}
