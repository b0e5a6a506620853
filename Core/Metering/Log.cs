using Microsoft.Extensions.Logging;

namespace ImageService.Core.Metering;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Usage could not be written; {Rows} rows are kept and written later")]
    public static partial void FlushFailed(ILogger logger, Exception exception, int rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped before usage was written; {Rows} rows are lost")]
    public static partial void FlushCancelled(ILogger logger, int rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stored bytes could not be measured; the last numbers stand")]
    public static partial void MeasureFailed(ILogger logger, Exception exception);
}
