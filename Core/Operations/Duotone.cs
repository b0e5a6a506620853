namespace ImageService.Core.Operations;

/// <summary>Two colours between which a picture's greys are mapped (operation <c>duotone</c>); without alpha.</summary>
/// <param name="Dark">What black becomes.</param>
/// <param name="Light">What white becomes.</param>
public readonly record struct Duotone(Rgba Dark, Rgba Light)
{
    /// <summary>The text in a URL: two colours of six hex digits.</summary>
    public string Text => $"{Dark.Hex},{Light.Hex}";

    internal static Duotone? Read(ReadOnlySpan<char> text)
    {
        var comma = text.IndexOf(',');
        return comma is (3 or 6) && (text.Length - comma) is (4 or 7) && Rgba.Read(text[..comma]) is { } dark && Rgba.Read(text[(comma + 1)..]) is { } light
            ? new Duotone(dark, light)
            : null;
    }
}
