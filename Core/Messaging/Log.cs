using Microsoft.Extensions.Logging;

namespace ImageService.Core.Messaging;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Id} of type '{Type}' failed at delivery {Attempt}; it comes again in {Delay}")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, Guid id, string type, int attempt, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {Id} of type '{Type}' is set aside as dead after {Attempts} deliveries")]
    public static partial void MessageDead(ILogger logger, Guid id, string type, int attempts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue cannot be reached; trying again in {Delay}")]
    public static partial void QueueUnreachable(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not settle message {Id}; it comes again after the visibility timeout")]
    public static partial void SettleFailed(ILogger logger, Exception exception, Guid id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not keep message {Id} while its handler runs; it may be handled a second time")]
    public static partial void ExtendFailed(ILogger logger, Exception exception, Guid id);

    [LoggerMessage(Level = LogLevel.Error, Message = "Set aside a message in queue '{Queue}' that is none of this service's: {Problem}")]
    public static partial void Unreadable(ILogger logger, string queue, string problem);
}
