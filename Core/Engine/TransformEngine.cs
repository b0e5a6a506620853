using ImageService.Core.Engine.GainMaps;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Engine.Scoring;
using ImageService.Core.Engine.Steps;
using ImageService.Core.Engine.Stripping;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>
/// Makes variants with libvips: load, resize, turn, convert colours, crop, effects, background, overlays, encode. Order of meaning as in the contract;
/// resizing comes
/// first because everything after it is cheaper on fewer pixels, and the plan accounts for it. Thread-safe; callers hold a <see cref="GateLease"/>.
/// </summary>
public sealed class TransformEngine(IOptions<EngineOptions> options, TimeProvider time, ILogger<TransformEngine> log) : IDisposable
{
    private const int DefaultQuality = 85;

    // From here on giving memory back is worth the milliseconds it takes.
    private const long LargePixels = 16_000_000;
    private readonly OverlayFonts _fonts = new();
    private readonly VipsThreads _threads = new(options.Value.MaxRunning > 0 ? options.Value.MaxRunning : Environment.ProcessorCount, options.Value.Niceness);

    /// <summary>Makes one variant.</summary>
    /// <returns>
    /// <see cref="ErrorCode.UnsupportedImageType"/>, <see cref="ErrorCode.UndecodableImage"/>, <see cref="ErrorCode.EncoderMissing"/>,
    /// <see cref="ErrorCode.EncodingFailed"/>,
    /// <see cref="ErrorCode.ImageLimitExceeded"/>, <see cref="ErrorCode.Overloaded"/> (memory was refused) or <see cref="ErrorCode.TransformTimedOut"/>;
    /// the last only once the work has really ended.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up; the work has ended.</exception>
    public Task<Result<TransformedImage>> TransformAsync(TransformSource source, CanonicalOperations operations, TransformLimits limits,
        CancellationToken ct) =>
        MakeAsync(source, limits, (opened, stop) => Transform(source, opened, operations, stop), ct);

    /// <summary>
    /// Makes the intermediate: the first frame, upright, sRGB, at most <see cref="SourceChoice.IntermediatePixels"/>; JPEG, or PNG of what has alpha or was
    /// compressed without loss.
    /// </summary>
    /// <returns>As <see cref="TransformAsync"/>.</returns>
    public Task<Result<TransformedImage>> MakeIntermediateAsync(TransformSource source, CpuUse? use, CancellationToken ct) =>
        MakeAsync(source, Unlimited(use), (opened, stop) => (Result<TransformedImage>)Intermediate.Make(source, opened, stop), ct);

    /// <summary>Measures which quality each format needs for this picture, and which file is the smallest.</summary>
    /// <param name="source">The intermediate of a still picture, or an animation.</param>
    /// <param name="formats">To try, where the picture can be written in them.</param>
    /// <param name="use">Told what it took.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>As <see cref="TransformAsync"/>; empty for an animation of more than is tried.</returns>
    public async Task<Result<MeasuredEncodings>> MeasureAsync(TransformSource source, IReadOnlyCollection<ImageFormat> formats, CpuUse? use,
        CancellationToken ct) =>
        (await RunAsync(source, Unlimited(use), (opened, stop) => (Result<MeasuredEncodings>)EncodingMeasurement.Of(source, opened, formats, stop),
            ct)).Map(static done => done.Result);

    /// <summary>Takes the metadata out of an original without touching a pixel; copyright stays where the source says so.</summary>
    /// <returns>As <see cref="TransformAsync"/>.</returns>
    public async Task<Result<StrippedOriginal>> StripAsync(TransformSource source, CpuUse? use, CancellationToken ct)
    {
        if (ImageSniffer.Sniff(source.Bytes.Span) is not { } format)
            return EngineErrors.UnknownType();
        use?.Begin();
        var (result, _) = await _threads.RunAsync(Strip, use, ct);
        return result;

        Result<StrippedOriginal> Strip()
        {
            var stripped = OriginalStripper.Strip(source.Bytes, format, source.KeepCopyright);
            return source.KeepsHdr ? stripped.Map(picture => KeepGainMap.Apply(picture, source.Bytes)) : stripped;
        }
    }

    /// <summary>The same of a file on disk, of which nothing is held.</summary>
    /// <param name="path">A file that nobody changes as long as the result is used.</param>
    /// <param name="keepCopyright">Whether artist and copyright stay.</param>
    /// <param name="use">Told what it took.</param>
    /// <param name="ct">Cancels before the start.</param>
    /// <returns>As <see cref="TransformAsync"/>; the caller disposes it.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<Result<StrippedFile>> StripFileAsync(string path, bool keepCopyright, CpuUse? use, CancellationToken ct)
    {
        use?.Begin();
        var (result, _) = await _threads.RunAsync(() => StrippedFile.Open(path, keepCopyright), use, ct);
        return result;
    }

    public void Dispose() => _threads.Dispose();

    private Result<TransformedImage> Transform(TransformSource source, OpenedSource opened, CanonicalOperations operations, CancellationToken stop)
    {
        var header = opened.Header;
        if (source.DrawnFrom is not null)
            operations = operations.OfWhole();
        var plan = TransformPlan.Of(operations, source.DrawnFrom ?? (source.IsIntermediate ? Intermediate.OriginalSize(opened) : header.Upright));
        using var run = new TransformRun(plan, operations.Operations, operations.Format, header, stop)
        {
            Overlays = source.Overlays is { } overlays ? new OverlayTiles(overlays, _fonts, new PictureDecoder(Still, stop), stop) : null,
        };
        var animated = header.Frames > 1 && operations.Format.CanAnimate();
        var image = run.Keep(opened.Reopen(animated));
        if (operations.Operations.Crop is not null || operations.Operations.Trim is not null)
            image = ChooseArea.Apply(image, operations, animated, run);
        image = animated
            ? Frames.Apply(image, run, frame => Still(frame, run))
            : Still(LoadSource.Apply(source.Bytes, image, run), run);

        if (!animated && Encoders.LooksTwice(image, operations.Format))
            image = run.Settle(image);
        var quality = operations.Operations.Quality?.Value ?? DefaultQuality;
        if (source.KeepCopyright)
            image = KeepCopyright.Apply(image, opened.Copyright, run);
        var hasPalette = ChoosePalette.Applies(image, operations.Format, animated);
        if (hasPalette)
            image = ChoosePalette.Apply(image, run);
        try
        {
            var (bytes, encoded) = operations.Operations.MaxBytes is { } most
                ? FittingFile.Encode(run.Settle(image), quality, most, Encode, run)
                : (Encode(image, quality), image);
            if (source.KeepsHdr)
                bytes = KeepGainMap.Apply(bytes, source.Bytes, run, stop);
            var frames = animated ? header.Frames : 1;
            return new TransformedImage
            {
                Bytes = bytes,
                Format = operations.Format,
                Width = encoded.Width,
                Height = encoded.Height / frames,
                Frames = frames,
                CpuTime = default,
            };
        }
        catch (VipsException failure) when (!MemoryRefusal.Is(failure) && Decodes(source.Bytes, header.Format, run))
        {
            return EngineErrors.EncodingFailed(operations.Format);
        }

        byte[] Encode(Image picture, int at) =>
            run.Evaluate(picture, ready => Encoders.Encode(ready, operations.Format, at, source.KeepCopyright, hasPalette));
    }

    // Pixels are read while they are encoded: which of the two failed shows when they are read alone.
    private static bool Decodes(ReadOnlyMemory<byte> bytes, OriginalFormat format, TransformRun run)
    {
        try
        {
            using var again = ImageHeader.Open(bytes, format, allFrames: false);
            _ = run.Evaluate(again, static pixels => pixels.Avg());
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }

    private static Image Still(Image image, TransformRun run)
    {
        image = TakeArea.Apply(image, run);
        image = ResizePicture.Apply(image, run);
        image = Orient.Apply(image, run);
        image = ConvertColour.Apply(image, run);
        image = CropPicture.Apply(image, run);
        image = Tones.Apply(image, run);
        image = Effects.Apply(image, run);
        image = Pixelate.Apply(image, run);
        image = FillBackground.Apply(image, run);
        return DrawOverlays.Apply(image, run);
    }

    private static TransformLimits Unlimited(CpuUse? use) => TransformLimits.Default with { MaxPixels = long.MaxValue, MaxFrames = int.MaxValue, Use = use };

    private async Task<Result<TransformedImage>> MakeAsync(
        TransformSource source, TransformLimits limits, Func<OpenedSource, CancellationToken, Result<TransformedImage>> make, CancellationToken ct) =>
        (await RunAsync(source, limits, make, ct)).Map(static made => made.Result with { CpuTime = made.Cpu });

    private async Task<Result<(T Result, TimeSpan Cpu)>> RunAsync<T>(
        TransformSource source, TransformLimits limits, Func<OpenedSource, CancellationToken, Result<T>> make, CancellationToken ct)
    {
        if (ImageSniffer.Sniff(source.Bytes.Span) is not { } format)
            return EngineErrors.UnknownType();
        if (format.NeedsWorkingCopy())
            return EngineErrors.NoDecoder(format);

        var timeout = limits.Timeout ?? options.Value.TransformTimeout;
        using var deadline = new CancellationTokenSource(timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            var (result, cpu) = await _threads.RunAsync(() => Work(source, format, limits, make, stop.Token), limits.Use, stop.Token);
            return result.Map(made => (made, cpu));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Log.TransformTimedOut(log, format, timeout);
            return EngineErrors.TimedOut(timeout);
        }
        catch (EncoderMissingException)
        {
            return EngineErrors.NoEncoder(ImageFormat.Jxl);
        }
        catch (OverlayPictureException failure)
        {
            Log.DecodeFailed(log, format, failure.Broken.Message);
            return MemoryRefusal.Is(failure.Broken) ? EngineErrors.NoMemory() : EngineErrors.OverlayPicture();
        }
        catch (VipsException failure)
        {
            Log.DecodeFailed(log, format, failure.Message);
            return MemoryRefusal.Is(failure) ? EngineErrors.NoMemory() : EngineErrors.Undecodable(format);
        }
    }

    private static Result<T> Work<T>(
        TransformSource source, OriginalFormat format, TransformLimits limits, Func<OpenedSource, CancellationToken, Result<T>> make, CancellationToken stop)
    {
        var pixels = 0L;
        try
        {
            using var opened = OpenedSource.Open(source.Bytes, format);
            pixels = opened.Header.Pixels;
            if (opened.Header.Judge(source.Bytes.Length, limits.MaxPixels, limits.MaxFrames) is { } broken)
                return broken;
            limits.Use?.Begin();
            return make(opened, stop);
        }
        finally
        {
            if (pixels >= LargePixels)
                NativeMemory.Trim();
        }
    }
}
