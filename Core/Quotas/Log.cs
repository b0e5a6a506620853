using Microsoft.Extensions.Logging;

namespace ImageService.Core.Quotas;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The registry does not answer; a quota was not counted.")]
    public static partial void NotCounted(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A transform that did not run could not be given back to the month's quota")]
    public static partial void NotGivenBack(ILogger logger, Exception exception);
}
