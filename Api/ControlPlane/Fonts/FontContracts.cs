using ImageService.Core.Engine.Overlays;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Fonts;

/// <summary>A font for the texts of overlays.</summary>
/// <param name="Slug">As overlays name it.</param>
/// <param name="Family">As the file says.</param>
/// <param name="Style">As the file says.</param>
/// <param name="Scripts">Scripts it has letters of, by ISO 15924.</param>
/// <param name="Glyphs">How many it has.</param>
/// <param name="SizeBytes">Of its file.</param>
/// <param name="ContentHash">SHA-256 of its file; null for a shipped one.</param>
/// <param name="IsShipped">Whether it comes with the service: everybody has it, and nobody can delete it.</param>
/// <param name="CreatedAt">When it was uploaded; null for a shipped one.</param>
internal sealed record FontResponse(
    string Slug, string Family, string Style, string[] Scripts, int Glyphs, int SizeBytes, string? ContentHash, bool IsShipped, DateTimeOffset? CreatedAt)
{
    public static FontResponse Of(Font font) => new(
        font.Slug, font.Family, font.Style, font.Scripts, font.Glyphs, font.SizeBytes, font.ContentHash, IsShipped: false, font.CreatedAt);

    public static FontResponse Of(ShippedFont font) => new(
        font.Slug, font.Description.Family, font.Description.Style, [.. font.Description.Scripts], font.Description.Glyphs, font.SizeBytes, null,
        IsShipped: true, null);
}

/// <summary>The fonts that overlays of an organization can name.</summary>
/// <param name="Items">Uploaded ones, then the shipped ones.</param>
internal sealed record FontsResponse(IReadOnlyList<FontResponse> Items);
