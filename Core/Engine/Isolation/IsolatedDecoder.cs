using System.Text.Json;
using ImageService.Core.Errors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Decodes originals that nobody has decoded yet, each in a process of its own: no inherited environment, limited memory and time, killed when it
/// exceeds them. Whatever happens in there, this process lives. Thread-safe; at most <see cref="EngineOptions.MaxDecoders"/> run at once.
/// </summary>
public sealed class IsolatedDecoder(IOptions<EngineOptions> options, TimeProvider time, ILogger<IsolatedDecoder> log) : IDisposable
{
    // A quarter of the decoders may be as large as one can be.
    private readonly DecoderMemory _memory = new(options.Value.DecoderMemoryBytes * Math.Max(1, Places(options.Value) / 4));
    private readonly SemaphoreSlim _places = new(Places(options.Value));

    /// <summary>Judges an original by its header, decodes it wholly, and tells its facts.</summary>
    /// <param name="path">A file that nobody changes meanwhile, in a folder where a working copy may be written beside it.</param>
    /// <param name="limits">What it may be.</param>
    /// <param name="ct">Kills the process.</param>
    /// <returns>
    /// <see cref="ErrorCode.UnsupportedImageType"/>, <see cref="ErrorCode.UndecodableImage"/> (also where the process crashed or was killed),
    /// <see cref="ErrorCode.ImageLimitExceeded"/>, or <see cref="ErrorCode.Overloaded"/> where no place came free in time.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<Result<DecodedOriginal>> DecodeAsync(string path, ProbeLimits limits, CancellationToken ct)
    {
        if (!await _places.WaitAsync(options.Value.MaxWait, ct))
            return EngineErrors.Full(TimeSpan.FromSeconds(5));
        try
        {
            using var child = DecoderChild.Start(options.Value, _memory, log);
            var whole = Path.GetFullPath(path);
            var request = new DecodeRequest(
                whole, $"{whole}.raster", limits.MaxPixels, limits.MaxFrames, options.Value.DecoderMemoryBytes, [.. limits.Allowed.Select(format => format.Name())]);
            return (await child.AskAsync(request, time, ct)).TryGet(out var reply, out var error) ? ToDecoded(reply, request) : error;
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _memory.Dispose();
    }

    private static int Places(EngineOptions options) => options.MaxDecoders > 0 ? options.MaxDecoders : Environment.ProcessorCount;

    private static Result<DecodedOriginal> ToDecoded(DecodeReply reply, DecodeRequest request)
    {
        if (reply.Code is { } code)
            return new Error(code, reply.Detail ?? "The image cannot be decoded.");
        var exif = reply.Exif is { } found ? JsonDocument.Parse(found.GetRawText()) : null;
        var facts = new ImageFacts(
            reply.Format, reply.Width, reply.Height, reply.HasAlpha, reply.Frames, reply.Orientation, reply.ColourSpace!, reply.HasProfile, exif);
        var copy = reply.WorkingCopyExtension is { } extension ? $"{request.WorkingCopyPath}.{extension}" : null;
        return new DecodedOriginal(facts, reply.Placeholders!, copy);
    }
}
