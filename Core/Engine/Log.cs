using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Engine;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A transform of a {Format} took longer than {Timeout} and was stopped")]
    public static partial void TransformTimedOut(ILogger logger, OriginalFormat format, TimeSpan timeout);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A {Format} could not be decoded or encoded: {Reason}")]
    public static partial void DecodeFailed(ILogger logger, OriginalFormat format, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The isolated decoder ended with code {ExitCode} after {Elapsed} without an answer: {Reason}")]
    public static partial void DecoderDied(ILogger logger, int exitCode, TimeSpan elapsed, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The isolated decoder cannot be started")]
    public static partial void DecoderNotStarted(ILogger logger, Exception reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The isolated decoder was killed after {Elapsed}: {Reason}")]
    public static partial void DecoderKilled(ILogger logger, TimeSpan elapsed, string reason);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "HEIC and JPEG XL originals are refused (unsupported_image_type), and JPEG XL is not written (encoder_missing): their codecs do not exist for {Architecture}. "
        + "Run the Api and the Worker on x64 where they are wanted.")]
    public static partial void NoMagick(ILogger logger, Architecture architecture);
}
