using Microsoft.Extensions.Logging;

namespace ImageService.Core.Invalidation;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A purge call failed with status {Status} (0: no answer); attempt {Attempt} follows.")]
    public static partial void PurgeRetried(ILogger logger, int attempt, int status);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The cache '{Provider}' could not be purged of {Tags} tags; it may serve stale images until their age ends.")]
    public static partial void PurgeFailed(ILogger logger, Exception exception, string provider, int tags);

    [LoggerMessage(Level = LogLevel.Information, Message = "The cache '{Provider}' was purged of {Tags} tags.")]
    public static partial void Purged(ILogger logger, string provider, int tags);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cache '{Provider}' still answers with an old ETag after a purge.")]
    public static partial void EdgeStale(ILogger logger, string provider);

    [LoggerMessage(Level = LogLevel.Information, Message = "The cache '{Provider}' answers with the new ETag.")]
    public static partial void EdgeFresh(ILogger logger, string provider);

    [LoggerMessage(Level = LogLevel.Information, Message = "Invalidated {Variants} variants of {Assets} assets.")]
    public static partial void Invalidated(ILogger logger, int variants, int assets);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A notice of an invalidation could not be read.")]
    public static partial void NoticeUnreadable(ILogger logger, Exception exception);
}
