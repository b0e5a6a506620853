using System.Text.Json;

namespace ImageService.Core.Policies;

/// <summary>The overlay that every image of a place shows (policy <c>watermark</c>).</summary>
/// <param name="Overlay">Slug.</param>
/// <param name="MinWidth">Narrower images go without it, px; 1 where left out.</param>
public sealed record WatermarkPolicy(string Overlay, int MinWidth)
{
    /// <summary>Reads an acceptable value; null for none.</summary>
    public static WatermarkPolicy? Read(JsonElement value) => value.ValueKind is JsonValueKind.Object
        ? new WatermarkPolicy(value.GetProperty("overlay").GetString()!, value.TryGetProperty("minWidth", out var width) ? width.GetInt32() : 1)
        : null;
}
