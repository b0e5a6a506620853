using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error,
        Message = "The {Kind} '{Key}' is not what the registry knows ({Damage}); images of it are refused. Bring the object back from a backup.")]
    public static partial void OriginalDamaged(ILogger logger, string kind, string key, Damage damage);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} '{Key}' is not what the registry knows ({Damage}); it is made anew.")]
    public static partial void Remade(ILogger logger, string kind, string key, Damage damage);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The original '{Key}' was damaged and is whole again: the store still kept its version '{From}'.")]
    public static partial void OriginalHealed(ILogger logger, string key, string from);

    [LoggerMessage(Level = LogLevel.Warning, Message = "That '{Key}' is damaged could not be written into the audit log yet.")]
    public static partial void DamageNotAudited(ILogger logger, Exception exception, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Key}' was made and served but could not be kept; it will be made again.")]
    public static partial void NotKept(ILogger logger, Exception exception, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The registry does not answer; variants are looked for in the store alone.")]
    public static partial void RegistryAway(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "'{Key}' was invalidated while it was made; it is not published.")]
    public static partial void Overtaken(ILogger logger, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The registry does not answer; a variant budget was not counted.")]
    public static partial void BudgetNotCounted(ILogger logger, Exception exception);
}
