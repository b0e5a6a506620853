using Microsoft.Extensions.Logging;

namespace ImageService.Core.Ingestion;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} temporary files and folders of processes that were killed removed")]
    public static partial void ScratchSwept(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Temporary files of processes that were killed could not be removed; trying again in an hour")]
    public static partial void ScratchNotSwept(ILogger logger, Exception exception);
}
