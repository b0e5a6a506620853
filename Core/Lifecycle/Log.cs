using Microsoft.Extensions.Logging;

namespace ImageService.Core.Lifecycle;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Move {Id} between stores was interrupted; it goes on where it was")]
    public static partial void MoveInterrupted(ILogger logger, Exception exception, Guid id);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Move {Id}: everything is read from store '{Store}' now; the sources are emptied after the time of grace")]
    public static partial void MoveCopied(ILogger logger, Guid id, string store);

    [LoggerMessage(Level = LogLevel.Error, Message = "Move {Id}: {Failed} asset versions could not be moved and stay where they are. {Problem}")]
    public static partial void MoveFailed(ILogger logger, Guid id, long failed, string? problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Move {Id} is done; {Removed} objects were removed from its sources")]
    public static partial void MoveDone(ILogger logger, Guid id, long removed);
}
