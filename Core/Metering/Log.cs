using Microsoft.Extensions.Logging;

namespace ImageService.Core.Metering;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Stored bytes could not be measured; the last numbers stand")]
    public static partial void MeasureFailed(ILogger logger, Exception exception);
}
