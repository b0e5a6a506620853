using Microsoft.Extensions.Logging;

namespace ImageService.Core.Storage;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information,
        Message = "Store '{Store}' ({Provider}) answers: conditional put {ConditionalPut}, ranges {Range}, copies {Copy}, storage classes {Classes}")]
    public static partial void StoreSurveyed(ILogger logger, string store, string provider, bool conditionalPut, bool range, bool copy, bool classes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Store '{Store}' ({Provider}) cannot be used now: {Problem}")]
    public static partial void StoreSurveyFailed(ILogger logger, string store, string provider, string problem);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The survey's object '{Key}' could not be removed")]
    public static partial void StoreSurveyLeft(ILogger logger, string key);
}
