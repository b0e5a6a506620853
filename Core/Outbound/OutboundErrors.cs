using ImageService.Core.Errors;

namespace ImageService.Core.Outbound;

/// <summary>Why a caller's URL is not asked, or does not answer.</summary>
public static class OutboundErrors
{
    public static Error FetchRefused(string why) => new(ErrorCode.FetchRefused, why);

    public static Error NotPublic() => new(ErrorCode.FetchRefused, "The URL's host has no public address, or its address may not be connected to.");

    public static Error FetchFailed(string why) => new(ErrorCode.FetchFailed, $"The URL could not be fetched. {why}");
}
