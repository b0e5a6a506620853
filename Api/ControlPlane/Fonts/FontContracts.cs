using ImageService.Core.Engine.Overlays;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Fonts;

/// <summary>A font for the texts of overlays.</summary>
internal sealed record FontResponse
{
    /// <summary>As overlays name it.</summary>
    public required string Slug { get; init; }

    /// <summary>As the file says.</summary>
    public required string Family { get; init; }

    /// <summary>As the file says.</summary>
    public required string Style { get; init; }

    /// <summary>Scripts it has letters of, by ISO 15924.</summary>
    public required string[] Scripts { get; init; }

    /// <summary>How many it has.</summary>
    public required int Glyphs { get; init; }

    /// <summary>Of its file.</summary>
    public required int SizeBytes { get; init; }

    /// <summary>SHA-256 of its file; null for a shipped one.</summary>
    public required string? ContentHash { get; init; }

    /// <summary>Whether it comes with the service: everybody has it, and nobody can delete it.</summary>
    public required bool IsShipped { get; init; }

    /// <summary>When it was uploaded; null for a shipped one.</summary>
    public required DateTimeOffset? CreatedAt { get; init; }

    public static FontResponse Of(Font font) => new()
    {
        Slug = font.Slug,
        Family = font.Family,
        Style = font.Style,
        Scripts = font.Scripts,
        Glyphs = font.Glyphs,
        SizeBytes = font.SizeBytes,
        ContentHash = font.ContentHash,
        IsShipped = false,
        CreatedAt = font.CreatedAt,
    };

    public static FontResponse Of(ShippedFont font) => new()
    {
        Slug = font.Slug,
        Family = font.Description.Family,
        Style = font.Description.Style,
        Scripts = [.. font.Description.Scripts],
        Glyphs = font.Description.Glyphs,
        SizeBytes = font.SizeBytes,
        ContentHash = null,
        IsShipped = true,
        CreatedAt = null,
    };
}

/// <summary>The fonts that overlays of an organization can name.</summary>
/// <param name="Items">Uploaded ones, then the shipped ones.</param>
internal sealed record FontsResponse(IReadOnlyList<FontResponse> Items);
