using Microsoft.Extensions.Logging;

namespace ImageService.Core.Signing;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Counts of verified requests could not be written and are kept for the next attempt.")]
    public static partial void CountsNotWritten(ILogger logger, Exception exception);
}
