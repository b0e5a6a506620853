using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Core.Overlays;

/// <summary>An overlay's element as JSON says it; which members count depends on <see cref="Type"/>.</summary>
public sealed record OverlayElementDocument
{
    /// <summary><c>image</c>, <c>text</c> or <c>shape</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Image: id of an asset of the same organization.</summary>
    public string? Asset { get; init; }

    /// <summary>Image: which version; the newest one at the time where left out.</summary>
    public int? Version { get; init; }

    /// <summary>Image with both sides: <c>contain</c> (where left out), <c>cover</c> or <c>fill</c>.</summary>
    public string? Fit { get; init; }

    /// <summary>Text: at most 1000 characters; <c>{t1}</c> or <c>{t1|default}</c> stand for the URL's texts.</summary>
    public string? Text { get; init; }

    /// <summary>Text: slug of a shipped or uploaded font; <c>noto_sans</c> where left out.</summary>
    public string? Font { get; init; }

    /// <summary>
    /// Text: size of letters, 24 where left out; line: its thickness, 1 where left out. px, or a share of the picture's width such as <c>"5%"</c>.
    /// </summary>
    public JsonElement? Size { get; init; }

    /// <summary>Text: <c>start</c> (where left out), <c>left</c>, <c>center</c> or <c>right</c>.</summary>
    public string? Align { get; init; }

    /// <summary>Text: distance of lines in sizes, 0.5 to 5; 1.25 where left out.</summary>
    public double? LineHeight { get; init; }

    /// <summary>Shape: <c>rect</c>, <c>ellipse</c> or <c>line</c>.</summary>
    public string? Shape { get; init; }

    /// <summary>Rectangle: radius of its corners.</summary>
    public JsonElement? Radius { get; init; }

    /// <summary>Text and shape: 3, 4, 6 or 8 hex digits. Black for a text where left out; a shape is then not filled.</summary>
    public string? Color { get; init; }

    /// <summary>Text and shape: a line around.</summary>
    public OverlayOutlineDocument? Outline { get; init; }

    /// <summary>0 to 1; 1 where left out.</summary>
    public double? Opacity { get; init; }

    /// <summary>As CSS's <c>mix-blend-mode</c>: <c>normal</c> (where left out), <c>multiply</c>, <c>screen</c>, <c>overlay</c> and so on.</summary>
    public string? Blend { get; init; }

    /// <summary>A point of the compass or <c>center</c> (where left out).</summary>
    public string? Gravity { get; init; }

    /// <summary>Inwards from the gravity's edge: px, or a share of the picture's width.</summary>
    public JsonElement? X { get; init; }

    /// <summary>Inwards from the gravity's edge: px, or a share of the picture's height.</summary>
    public JsonElement? Y { get; init; }

    /// <summary>px, or a share of the picture's width.</summary>
    public JsonElement? Width { get; init; }

    /// <summary>px, or a share of the picture's height.</summary>
    public JsonElement? Height { get; init; }

    /// <summary>Degrees clockwise, -360 to 360.</summary>
    public double? Rotate { get; init; }
}

/// <summary>A line around letters or a shape.</summary>
public sealed record OverlayOutlineDocument
{
    /// <summary>3, 4, 6 or 8 hex digits.</summary>
    public string? Color { get; init; }

    /// <summary>px, or a share of the picture's width.</summary>
    public JsonElement? Width { get; init; }
}

/// <summary>How elements are stored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OverlayElementDocument[]))]
internal sealed partial class OverlayJson : JsonSerializerContext;
