namespace ImageService.Portal.Images;

/// <summary>Values of operations and of overlays' elements in words; the address and its text have the codes.</summary>
internal static class OperationWords
{
    public static string Fit(string code) => code switch
    {
        "cover" => "Fill the box, cut the rest",
        "contain" => "Whole in the box, ground beside it",
        "fill" => "Stretch to the box",
        "inside" => "Whole, no larger than the box",
        "outside" => "Whole, no smaller than the box",
        "pad" => "Whole in the box, by its other name",
        _ => code,
    };

    /// <summary>Where a cut or a placed thing holds on to.</summary>
    public static string Gravity(string code) => code switch
    {
        "center" => "Centre",
        "north" => "Top",
        "northeast" => "Top right",
        "east" => "Right",
        "southeast" => "Bottom right",
        "south" => "Bottom",
        "southwest" => "Bottom left",
        "west" => "Left",
        "northwest" => "Top left",
        "smart" => "What draws the eye",
        "focal" => "The image's focus",
        _ => code,
    };

    public static string Format(string code) => code switch
    {
        "auto" => "Best for the browser",
        "jxl" => "JPEG XL",
        "jpg" => "JPEG",
        "webp" => "WebP",
        _ => code.ToUpperInvariant(),
    };

    public static string Element(string code) => code switch { "text" => "text", "image" => "picture", _ => code };

    public static string Shape(string code) => code switch { "rect" => "Rectangle", "ellipse" => "Ellipse", "line" => "Line", _ => code };

    public static string Align(string code) => code switch
    {
        "start" => "As the script runs",
        "left" => "Left",
        "center" => "Centre",
        "right" => "Right",
        _ => code,
    };

    /// <summary>How a layer is mixed with what is below: <c>color-dodge</c> is "Color dodge".</summary>
    public static string Blend(string code) => code.Length == 0 ? code : char.ToUpperInvariant(code[0]) + code[1..].Replace('-', ' ');
}
