using System.Globalization;
using System.Text.Json;
using ImageService.Portal.Client;

namespace ImageService.Portal.Images;

/// <summary>An overlay's element while a person puts it together: everything is text, and what is empty is left out. The service judges it.</summary>
public sealed class OverlayElementDraft
{
    public static IReadOnlyList<string> Types { get; } = ["text", "image", "shape"];

    public static IReadOnlyList<string> Shapes { get; } = ["rect", "ellipse", "line"];

    public static IReadOnlyList<string> Gravities { get; } = ["center", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"];

    public static IReadOnlyList<string> Blends { get; } =
        ["normal", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn", "hard-light", "soft-light", "difference", "exclusion"];

    public required string Type { get; init; }

    public string Asset { get; set; } = "";

    public int? Version { get; set; }

    public string Fit { get; set; } = "";

    public string Text { get; set; } = "";

    public string Font { get; set; } = "";

    public string Size { get; set; } = "";

    public string Align { get; set; } = "";

    public double? LineHeight { get; set; }

    public string Shape { get; set; } = "";

    public string Radius { get; set; } = "";

    public string Color { get; set; } = "";

    public string OutlineColor { get; set; } = "";

    public string OutlineWidth { get; set; } = "";

    public double Opacity { get; set; } = 1;

    public string Blend { get; set; } = "normal";

    public string Gravity { get; set; } = "center";

    public string X { get; set; } = "";

    public string Y { get; set; } = "";

    public string Width { get; set; } = "";

    public string Height { get; set; } = "";

    public double? Rotate { get; set; }

    /// <summary>What a new element of a type begins with.</summary>
    public static OverlayElementDraft New(string type) => type switch
    {
        "image" => new OverlayElementDraft { Type = type, Width = "20%", Gravity = "southeast", X = "24", Y = "24" },
        "shape" => new OverlayElementDraft { Type = type, Shape = "rect", Color = "0008", Width = "100%", Height = "30%", Gravity = "south" },
        _ => new OverlayElementDraft
        {
            Type = type, Text = "{t1|Your text}", Font = "noto_sans_bold", Size = "6%", Color = "fff", Width = "90%",
            Align = "center"
        },
    };

    public static OverlayElementDraft Of(OverlayElement element) => new()
    {
        Type = element.Type,
        Asset = element.Asset ?? "",
        Version = element.Version,
        Fit = element.Fit ?? "",
        Text = element.Text ?? "",
        Font = element.Font ?? "",
        Size = Write(element.Size),
        Align = element.Align ?? "",
        LineHeight = element.LineHeight,
        Shape = element.Shape ?? "",
        Radius = Write(element.Radius),
        Color = element.Color ?? "",
        OutlineColor = element.Outline?.Color ?? "",
        OutlineWidth = Write(element.Outline?.Width),
        Opacity = element.Opacity ?? 1,
        Blend = element.Blend ?? "normal",
        Gravity = element.Gravity ?? "center",
        X = Write(element.X),
        Y = Write(element.Y),
        Width = Write(element.Width),
        Height = Write(element.Height),
        Rotate = element.Rotate,
    };

    /// <summary>As the service takes it.</summary>
    public OverlayElement ToElement() => new()
    {
        Type = Type,
        Asset = Of("image", Asset),
        Version = Type == "image" ? Version : null,
        Fit = Of("image", Fit),
        Text = Type == "text" ? Text : null,
        Font = Of("text", Font),
        Size = Type == "text" || (Type == "shape" && Shape == "line") ? Length(Size) : null,
        Align = Of("text", Align),
        LineHeight = Type == "text" ? LineHeight : null,
        Shape = Of("shape", Shape),
        Radius = Type == "shape" && Shape == "rect" ? Length(Radius) : null,
        Color = Type == "image" ? null : Colour(Color),
        Outline = Type == "image" || (Colour(OutlineColor) is null && Length(OutlineWidth) is null) ? null
            : new OverlayOutline { Color = Colour(OutlineColor), Width = Length(OutlineWidth) },
        Opacity = Opacity < 1 ? Opacity : null,
        Blend = Blend == "normal" ? null : Blend,
        Gravity = Gravity,
        X = Length(X),
        Y = Length(Y),
        Width = Length(Width),
        Height = Type == "text" ? null : Length(Height),
        Rotate = Rotate is 0 ? null : Rotate,
    };

    private string? Of(string type, string value) => Type == type && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    private static string? Colour(string value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim().TrimStart('#').ToLowerInvariant();

    /// <summary>A number where it is one; else the text, which is a share or for the service to refuse.</summary>
    private static JsonElement? Length(string text) =>
        string.IsNullOrWhiteSpace(text) ? null
        : double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var px)
            ? JsonSerializer.SerializeToElement(px)
        : JsonSerializer.SerializeToElement(text.Trim());

    private static string Write(JsonElement? length) =>
        length is not { } value ? "" : value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
