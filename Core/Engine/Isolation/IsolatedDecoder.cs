using System.ComponentModel;
using System.Text.Json;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Decodes originals that nobody has decoded yet, each in a process of its own: no inherited environment, limited memory and CPU time, killed when it
/// exceeds them. Whatever happens in there, this process lives; and whatever the machine does to it, the image is not called corrupt for that. Thread-safe;
/// at most <see cref="EngineOptions.MaxDecoders"/> run at once.
/// </summary>
public sealed class IsolatedDecoder(IOptions<EngineOptions> options, TimeProvider time, ILogger<IsolatedDecoder> log) : IDisposable
{
    // A quarter of the decoders may be as large as one can be.
    private readonly DecoderMemory _memory = new(options.Value.DecoderMemoryBytes * Math.Max(1, Places(options.Value) / 4));
    private static readonly ProbeLimits Drawable = new(long.MaxValue, 1, new HashSet<OriginalFormat> { OriginalFormat.Svg });
    private readonly SemaphoreSlim _places = new(Places(options.Value));

    /// <summary>Judges an original by its header, decodes it wholly, and tells its facts.</summary>
    /// <param name="path">A file that nobody changes meanwhile, in a folder where a working copy may be written beside it.</param>
    /// <param name="limits">What it may be.</param>
    /// <param name="ct">Kills the process.</param>
    /// <returns>
    /// By the decoder's verdict <see cref="ErrorCode.UnsupportedImageType"/>, <see cref="ErrorCode.UndecodableImage"/> (also where it crashed on the image,
    /// twice) or
    /// <see cref="ErrorCode.ImageLimitExceeded"/>; <see cref="ErrorCode.Overloaded"/> where no place came free in time, or the machine had no CPU, memory
    /// or disk for it.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<Result<DecodedOriginal>> DecodeAsync(string path, ProbeLimits limits, CancellationToken ct)
    {
        // The bytes are here: sending them again would cost more than the wait.
        if (!await _places.WaitAsync(options.Value.DecoderPatience, ct))
            return EngineErrors.Full(TimeSpan.FromSeconds(5));
        try
        {
            var request = Request(path, limits);
            var answer = await AskAsync(request, ct);

            // A crash may be chance; the same image crashing it again is the image.
            if (answer.Error is { Code: ErrorCode.UndecodableImage })
                answer = await AskAsync(request, ct);
            return answer.TryGet(out var reply, out var error) ? ToDecoded(reply, request) : error;
        }
        catch (Exception broken) when (broken is IOException or Win32Exception or UnauthorizedAccessException)
        {
            Log.DecoderNotStarted(log, broken);
            return EngineErrors.HostFault();
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Reads a font that nobody has read yet: every glyph is drawn and shaped once.</summary>
    /// <param name="path">A file that nobody changes meanwhile.</param>
    /// <param name="ct">Kills the process.</param>
    /// <returns>What it is; <see cref="ErrorCode.UnsupportedMediaType"/> for what is no font, <see cref="ErrorCode.UndecodableImage"/> for a damaged one,
    /// else as <see cref="DecodeAsync"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<Result<FontDescription>> ReadFontAsync(string path, CancellationToken ct)
    {
        if (!await _places.WaitAsync(options.Value.DecoderPatience, ct))
            return EngineErrors.Full(TimeSpan.FromSeconds(5));
        try
        {
            var answer = await AskAsync(Request(path, Drawable) with { IsFont = true }, ct);
            if (answer.Error is { Code: ErrorCode.UndecodableImage })
                return EngineErrors.DamagedFont();
            if (!answer.TryGet(out var reply, out var error))
                return error;
            return reply.Code is { } code
                ? new Error(code, reply.Detail ?? "The font cannot be read.") : reply.Font ?? (Result<FontDescription>)EngineErrors.DamagedFont();
        }
        catch (Exception broken) when (broken is IOException or Win32Exception or UnauthorizedAccessException)
        {
            Log.DecoderNotStarted(log, broken);
            return EngineErrors.HostFault();
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Draws a part of an SVG that was accepted before, uniformly scaled to fill a size.</summary>
    /// <param name="svg">The whole file.</param>
    /// <param name="size">Of the part, px.</param>
    /// <param name="part">What to draw of it.</param>
    /// <param name="use">Told what it took.</param>
    /// <param name="ct">Kills the process.</param>
    /// <returns>A PNG, or what <see cref="DecodeAsync"/> returns.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<Result<ReadOnlyMemory<byte>>> DrawAsync(ReadOnlyMemory<byte> svg, PixelSize size, PicturePart part, CpuUse? use, CancellationToken ct)
    {
        if (!await _places.WaitAsync(options.Value.MaxWait, ct))
            return EngineErrors.Full(TimeSpan.FromSeconds(5));
        try
        {
            var folder = Directory.CreateTempSubdirectory(DecoderChild.FolderPrefix).FullName;
            try
            {
                return await DrawAsync(svg, new DrawRequest(size, part), use, Path.Combine(folder, "drawing"), ct);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception broken) when (broken is IOException or Win32Exception or UnauthorizedAccessException)
        {
            Log.DecoderNotStarted(log, broken);
            return EngineErrors.HostFault();
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

    private DecodeRequest Request(string path, ProbeLimits limits)
    {
        var whole = Path.GetFullPath(path);
        return new DecodeRequest
        {
            Path = whole,
            WorkingCopyPath = $"{whole}.raster",
            MaxPixels = limits.MaxPixels,
            MaxFrames = limits.MaxFrames,
            MemoryBytes = options.Value.DecoderMemoryBytes,
            CpuMilliseconds = (int)options.Value.DecoderTimeout.TotalMilliseconds,
            Allowed = [.. limits.Allowed.Select(format => format.Name())],
            TransformBytes = SizeBudget.ForReading(options.Value.MemoryBudgetBytes),
        };
    }

    private async Task<Result<ReadOnlyMemory<byte>>> DrawAsync(ReadOnlyMemory<byte> svg, DrawRequest draw, CpuUse? use, string path, CancellationToken ct)
    {
        await File.WriteAllBytesAsync(path, svg, ct);
        var request = Request(path, Drawable) with { Draw = draw };
        use?.Begin();
        if (!(await AskAsync(request, ct)).TryGet(out var reply, out var error))
            return error;
        use?.Add(TimeSpan.FromMilliseconds(reply.DecodeCpuMs));
        return reply.Code is { } code
            ? new Error(code, reply.Detail ?? "The image cannot be drawn.")
            : new ReadOnlyMemory<byte>(await File.ReadAllBytesAsync($"{request.WorkingCopyPath}.{reply.WorkingCopyExtension}", ct));
    }

    private async Task<Result<DecodeReply>> AskAsync(DecodeRequest request, CancellationToken ct)
    {
        using var child = DecoderChild.Start(options.Value, _memory, log);
        return await child.AskAsync(request, time, ct);
    }

    private static int Places(EngineOptions options) => options.MaxDecoders > 0 ? options.MaxDecoders : Environment.ProcessorCount;

    private static Result<DecodedOriginal> ToDecoded(DecodeReply reply, DecodeRequest request)
    {
        if (reply.Code is { } code)
            return new Error(code, reply.Detail ?? "The image cannot be decoded.");
        var exif = reply.Exif is { } found ? JsonDocument.Parse(found.GetRawText()) : null;
        var facts = new ImageFacts
        {
            Format = reply.Format,
            Width = reply.Width,
            Height = reply.Height,
            HasAlpha = reply.HasAlpha,
            Frames = reply.Frames,
            Orientation = reply.Orientation,
            ColourSpace = reply.ColourSpace!,
            HasProfile = reply.HasProfile,
            Exif = exif,
        };
        var copy = reply.WorkingCopyExtension is { } extension ? $"{request.WorkingCopyPath}.{extension}" : null;
        return new DecodedOriginal(facts, reply.Placeholders!, copy)
        {
            DecodeBytes = reply.DecodeBytes,
            DecodeCpu = TimeSpan.FromMilliseconds(reply.DecodeCpuMs),
            Credentials = reply.Credentials,
        };
    }
}
