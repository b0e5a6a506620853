using Microsoft.Extensions.Logging;

namespace ImageService.Core.Facts;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A notice of a changed fact could not be read; all facts are forgotten.")]
    public static partial void NoticeUnreadable(ILogger logger, Exception exception);
}
