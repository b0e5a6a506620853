using ImageService.Core.Errors;

using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>Every way the engine refuses.</summary>
internal static class EngineErrors
{
    public static Error UnknownType() => new(
        ErrorCode.UnsupportedImageType,
        "The content is no image of a known type. Accepted are JPEG, PNG, WebP, GIF, AVIF, TIFF and, where enabled, HEIC, JPEG XL and SVG.");

    public static Error TypeNotAllowed(OriginalFormat format) => new(
        ErrorCode.UnsupportedImageType, $"The content is {format.Name()}, which is not accepted here (policy allowed_input_formats).");

    public static Error NoDecoder(OriginalFormat format) => new(
        ErrorCode.UnsupportedImageType, $"The content is {format.Name()}, and this installation has no decoder for it.");

    public static Error NeverDelivered(OriginalFormat format) => new(
        ErrorCode.UnsupportedImageType, $"A {format.Name()} is never delivered as it is; ask for it as jpg, png, webp or avif.");

    public static Error UnsupportedKind(OriginalFormat format, string kind) => new(
        ErrorCode.UnsupportedImageKind, $"A {format.Name()} with {kind} cannot be read here, though it may be whole. Save it as the usual kind and send that.");

    public static Error NoEncoder(ImageFormat format) => new(
        ErrorCode.EncoderMissing,
        $"This installation has no encoder for {format.Name()}. Ask for another format, or for fmt_auto, which chooses among those that there are.");

    public static Error EncodingFailed(ImageFormat format) => new(
        ErrorCode.EncodingFailed,
        $"The picture could not be encoded as {format.Name()}, though it was read. Ask for another format, a smaller size or a lower quality.");

    public static Error Undecodable(OriginalFormat format) => new(
        ErrorCode.UndecodableImage, $"The {format.Name()} is truncated or corrupt and cannot be decoded.");

    public static Error OverlayPicture() => new(ErrorCode.UndecodableImage, "A picture that an overlay shows on this image cannot be decoded.");

    public static Error NoFont(string why) =>
        new(ErrorCode.UnsupportedMediaType, $"The file is no font that can be used: {why}. Accepted are TrueType and OpenType (.ttf, .otf).");

    public static Error DamagedFont() => new(ErrorCode.UndecodableImage, "The font is damaged: its glyphs cannot all be read.");

    public static Error DecoderCrashed() => new(
        ErrorCode.UndecodableImage, "The image makes the decoder fail, twice in the same way. It is damaged, or made to do so.");

    public static Error TooMuchWork(TimeSpan limit) => new(
        ErrorCode.ImageLimitExceeded,
        $"Decoding the image takes more than {limit.TotalSeconds:0.#} s of computing (Engine:DecoderTimeout). Upload it smaller, or saved plainly (not progressive, fewer frames).");

    public static Error TooManyScans(int scans, int most) => new(
        ErrorCode.ImageLimitExceeded,
        $"The JPEG is decoded in {scans} passes over the whole picture; one of its size may ask for at most {most}. Save it as a baseline JPEG, or progressive as usual (about ten passes).");

    public static Error HostFault() => new(
        ErrorCode.Overloaded,
        "The machine was too busy to decode the image; the image is not at fault. Send it again.")
    { RetryAfter = TimeSpan.FromSeconds(5) };

    public static Error TooManyPixels(long pixels, long limit) => new(
        ErrorCode.ImageLimitExceeded, $"The image has {pixels} pixels (width × height × frames); at most {limit} are accepted (policy max_input_pixels).");

    public static Error TooManyFrames(int frames, int limit) => new(
        ErrorCode.ImageLimitExceeded, $"The animation has {frames} frames; at most {limit} are accepted (policy max_input_frames).");

    public static Error SideTooLong(int width, int height, int limit) => new(
        ErrorCode.ImageLimitExceeded, $"The image is {width} × {height} px; no side may exceed {limit} px.");

    public static Error TooMuchMemory(long? needed, long limit) => new(
        ErrorCode.ImageLimitExceeded,
        $"Decoding the image would take {(needed is { } bytes ? $"{bytes >> 20} MiB" : "more")}; at most {limit >> 20} MiB may be taken (setting Engine:DecoderMemoryBytes). Upload it smaller, or as a baseline JPEG.");

    public static Error TooMuchMemoryToTransform(long most) => new(
        ErrorCode.ImageLimitExceeded,
        $"Making this picture takes more memory than one transform may, {most} bytes (Engine:MemoryBudgetBytes). Ask for a smaller size or another format.");

    public static Error NoMemory() => new(
        ErrorCode.Overloaded,
        "The machine had no memory left to make this picture; the picture is not at fault. Ask again, for a smaller size if need be.")
    { RetryAfter = TimeSpan.FromSeconds(5) };

    public static Error TimedOut(TimeSpan limit) => new(
        ErrorCode.TransformTimedOut, $"The transform took longer than {limit.TotalSeconds:0.#} s and was stopped. Ask for a smaller size or another format.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public static Error Full(TimeSpan retryAfter) => new(
        ErrorCode.Overloaded, "Too many images are being made right now. Images made before are still served.")
    { RetryAfter = retryAfter };
}
