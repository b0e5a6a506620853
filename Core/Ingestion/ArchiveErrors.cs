using ImageService.Core.Errors;

namespace ImageService.Core.Ingestion;

/// <summary>Why an entry of a ZIP, or the whole ZIP, is not imported.</summary>
internal static class ArchiveErrors
{
    public static Error NotAnArchive() => new(ErrorCode.InvalidRequest, "The file is no ZIP, or its directory is damaged.");

    public static Error TooManyEntries(int limit) => new(ErrorCode.PayloadTooLarge, $"The ZIP holds more than {limit} entries.");

    public static Error TooMuchUnpacked(long limit) => new(ErrorCode.PayloadTooLarge, $"The ZIP unpacks to more than {limit} bytes.");

    public static Error UnsafeName() =>
        new(ErrorCode.InvalidRequest, "The entry's name is absolute, leaves its folder or holds characters that a name may not have.");

    public static Error SymbolicLink() => new(ErrorCode.InvalidRequest, "The entry is a symbolic link or a special file.");

    public static Error Encrypted() => new(ErrorCode.InvalidRequest, "The entry is encrypted.");

    public static Error Nested() => new(ErrorCode.UnsupportedImageType, "The entry is an archive; archives inside archives are not opened.");

    public static Error Bomb(int ratio) => new(ErrorCode.PayloadTooLarge, $"The entry unpacks to more than {ratio} times its size.");

    public static Error Damaged() => new(ErrorCode.UndecodableImage, "The entry is damaged and cannot be unpacked.");
}
