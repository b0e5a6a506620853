namespace ImageService.Core.Operations;

/// <summary>
/// The extension of an asset's preset URLs: its own format where that can be delivered and every browser shows it, which JPEG XL's is not.
/// </summary>
public static class DefaultExtension
{
    /// <param name="originalFormat">Name of the original's format.</param>
    /// <param name="hasAlpha">Whether it has transparency.</param>
    public static ImageFormat For(string originalFormat, bool hasAlpha) =>
        ImageFormats.TryParse(originalFormat, out var format) && format != ImageFormat.Jxl ? format : hasAlpha ? ImageFormat.Png : ImageFormat.Jpg;
}
