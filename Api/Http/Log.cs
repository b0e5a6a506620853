namespace ImageService.Api.Http;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route} failed")]
    public static partial void Failed(ILogger logger, Exception exception, string method, string route);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Route} was answered {Code}")]
    public static partial void Unavailable(ILogger logger, Exception exception, string code, string route);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} refusals of access could not be written into the audit log")]
    public static partial void RefusalsNotWritten(ILogger logger, Exception exception, long count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An upload was refused: {Problem}")]
    public static partial void StoreTakesNoWrites(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection \"{Name}\" is not encrypted; put {Setting} into ConnectionStrings:{Name}")]
    public static partial void NotEncrypted(ILogger logger, string name, string setting);

    [LoggerMessage(Level = LogLevel.Warning, Message = "This runtime cannot answer requests on the thread where they arrive; cached images cost more CPU time")]
    public static partial void NotInline(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Plain HTTP is served and cannot be redirected: give ASPNETCORE_URLS an https address and a certificate, or name the proxy that ends TLS in Api:TrustedProxies")]
    public static partial void PlainHttp(ILogger logger);
}
