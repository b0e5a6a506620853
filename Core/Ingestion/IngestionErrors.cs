using ImageService.Core.Errors;
using ImageService.Core.Outbound;

namespace ImageService.Core.Ingestion;

/// <summary>Every way ingestion refuses, in words for the caller.</summary>
public static class IngestionErrors
{
    public static Error TooLarge(long limit) => new(
        ErrorCode.PayloadTooLarge, $"The file is larger than {limit} bytes, the most this space accepts (policy max_upload_bytes).");

    public static Error Empty() => new(ErrorCode.UnsupportedImageType, "The file is empty.");

    public static Error BrokenOff() => new(ErrorCode.InvalidRequest, "The body ended before the file did. Send it again.");

    public static Error FetchTimedOut(TimeSpan limit) => OutboundErrors.FetchFailed($"Its server took longer than {limit.TotalSeconds:0.#} s.");

    public static Error NoImageThere() => new(ErrorCode.UnsupportedImageType, "The URL's server says that what it sends is no image.");

    public static Error IsCurrent(int version) => new(
        ErrorCode.Conflict, $"Version {version} is the one the asset shows now. Upload a newer one first, or delete the whole asset.");

    public static Error Retained(DateTimeOffset until) => new(
        ErrorCode.RetentionLocked,
        $"The asset is under a retention lock until {until.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} and can be neither deleted nor replaced before.");
}
