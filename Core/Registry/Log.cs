using Microsoft.Extensions.Logging;

namespace ImageService.Core.Registry;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Notices of the database are heard on {Channels} channels")]
    public static partial void Listening(ILogger logger, int channels);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Notices of the database are not heard; until they are, facts are looked up again every few seconds and waiting work is looked for now and then")]
    public static partial void NoticesLost(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber of the channel '{Channel}' failed")]
    public static partial void SubscriberFailed(ILogger logger, Exception exception, string channel);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Writer} could not write {Rows} rows of counts; they are kept and written again")]
    public static partial void CountsKept(ILogger logger, Exception exception, string writer, long rows);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The registry's standby failed; for {Pause} reports are read from the primary")]
    public static partial void StandbyFailed(ILogger logger, Exception exception, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The registry's standby has seen no commit for more than {MaxAge}; the report is read from the primary")]
    public static partial void StandbyBehind(ILogger logger, TimeSpan maxAge);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Writer} stops with {Rows} rows of counts that could not be written; they are lost")]
    public static partial void CountsLost(ILogger logger, string writer, long rows);
}
