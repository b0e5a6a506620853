namespace ImageService.Api.Demo;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The demo organization {Organization} is ready")]
    public static partial void Ready(ILogger logger, string organization);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo could not be made yet; trying again")]
    public static partial void Delayed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Demo:Enabled is ignored outside development: nothing is seeded in production")]
    public static partial void Ignored(ILogger logger);
}
