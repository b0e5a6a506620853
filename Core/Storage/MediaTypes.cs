namespace ImageService.Core.Storage;

/// <summary>Media types by the extension of a key.</summary>
internal static class MediaTypes
{
    /// <summary>Null for keys without a known extension.</summary>
    public static string? OfKey(string key) => Path.GetExtension(key) switch
    {
        ".jpg" => "image/jpeg",
        ".png" => "image/png",
        ".webp" => "image/webp",
        ".avif" => "image/avif",
        ".gif" => "image/gif",
        ".jxl" => "image/jxl",
        _ => null,
    };
}
