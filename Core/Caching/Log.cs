using Microsoft.Extensions.Logging;

namespace ImageService.Core.Caching;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer; images are served without it until it does.")]
    public static partial void RedisLost(ILogger logger, Exception? exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis answers again.")]
    public static partial void RedisBack(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Neither Redis nor PostgreSQL could lock '{Name}'; another replica may do the same work.")]
    public static partial void NoLock(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL could not give an advisory lock.")]
    public static partial void PostgresLockFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A variant of asset {AssetId} in Redis ({OperationsHash}) is not what was put there; it was removed and is read from the store or made anew.")]
    public static partial void RedisValueDamaged(ILogger logger, Guid assetId, string operationsHash);
}
