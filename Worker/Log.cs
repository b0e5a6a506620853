using ImageService.Core.Errors;

namespace ImageService.Worker;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox rows could not be published; trying again in {Delay}")]
    public static partial void RelayFailed(ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A batch of {Count} outbox rows could not be published; trying them one by one")]
    public static partial void BatchRefused(ILogger logger, Exception exception, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The queue refused outbox row {Id} of type {Type}; it is tried again when nothing else waits")]
    public static partial void RowRefused(ILogger logger, Exception exception, Guid id, string type);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Job}: {Count} {Things}")]
    public static partial void Swept(ILogger logger, string job, long count, string things);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Job}: {Count} changes added to the totals of what is stored")]
    public static partial void Folded(ILogger logger, string job, long count);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "{Count} totals of what organization {OrganizationId} stores were not the sum of its rows; they are mended. Who wrote past the triggers?")]
    public static partial void TotalsMended(ILogger logger, Guid organizationId, long count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} originals were read again: {Whole} are whole, {Damaged} are damaged, {Healed} were healed")]
    public static partial void OriginalsRead(ILogger logger, int count, int whole, int damaged, int healed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Job}: '{Key}' failed and is left for the next run")]
    public static partial void SweepItemFailed(ILogger logger, Exception exception, string job, string key);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The recurring job '{Id}' is locked, perhaps by a worker that hangs; it stays as it was scheduled before")]
    public static partial void RecurringJobLocked(ILogger logger, Exception exception, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Variant for preset '{Preset}' of asset {AssetId} was not made: {Code}, {Detail}")]
    public static partial void PresetVariantRefused(ILogger logger, string preset, Guid assetId, string code, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The intermediate of asset {AssetId}, version {Version}, was not made: {Code}, {Detail}")]
    public static partial void IntermediateRefused(ILogger logger, Guid assetId, int version, string code, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Asset {AssetId}, version {Version}, was not measured: {Code}, {Detail}")]
    public static partial void MeasurementRefused(ILogger logger, Guid assetId, int version, string code, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "The ladder of asset {AssetId}, version {Version}, is not made any further: {Code}, {Detail}")]
    public static partial void PrewarmStopped(ILogger logger, Guid assetId, int version, ErrorCode code, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue could not be measured; the last numbers stand")]
    public static partial void MeasureFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Webhook delivery {DeliveryId} answered {Status} at attempt {Attempt}")]
    public static partial void WebhookAttempted(ILogger logger, Guid deliveryId, int? status, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refused access to the dashboard from {Address}")]
    public static partial void DashboardRefused(ILogger logger, string? address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The recurring job '{Id}' had been removed and is scheduled again")]
    public static partial void RecurringJobRestored(ILogger logger, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The schedule of recurring jobs could not be read; it is looked at again in a minute")]
    public static partial void ScheduleNotRead(ILogger logger, Exception exception);
}
