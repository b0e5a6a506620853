using ImageService.Core.Engine.Overlays;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>
/// One running transform: what is asked for, the images made on the way, and the way to stop it. Used by one thread; only the stop comes from others.
/// </summary>
internal sealed class TransformRun : IDisposable
{
    private readonly List<Image> _images = [];
    private readonly Lock _lock = new();
    private readonly CancellationToken _ct;
    private readonly CancellationTokenRegistration _stop;
    private Image? _evaluating;

    public TransformRun(TransformPlan plan, ImageOperations operations, ImageFormat format, ImageHeader header, CancellationToken ct)
    {
        Plan = plan;
        Operations = operations;
        Format = format;
        Header = header;
        _ct = ct;
        _stop = ct.Register(Kill);
    }

    /// <summary>Of the whole picture until <see cref="Area"/> is known to be less.</summary>
    public TransformPlan Plan { get; private set; }

    /// <summary>What <c>crop</c> and <c>trim</c> leave, px of the upright picture; null where all of it stays.</summary>
    public PixelBox? Area { get; private set; }

    public ImageOperations Operations { get; }

    /// <summary>Output format.</summary>
    public ImageFormat Format { get; }

    /// <summary>Of the bytes that are read.</summary>
    public ImageHeader Header { get; }

    /// <summary>What is laid over the finished picture; null for nothing.</summary>
    public OverlayTiles? Overlays { get; init; }

    /// <summary>Where <c>g_smart</c> crops; found in the first frame and kept for the others.</summary>
    public PixelBox? SmartBox { get; set; }

    /// <summary>Narrows the run to a part of the upright picture.</summary>
    public void Narrow(PixelBox area, TransformPlan plan) => (Area, Plan) = (area, plan);

    /// <summary>Hands an image over; it is released with the run.</summary>
    public Image Keep(Image image)
    {
        _images.Add(image);
        return image;
    }

    /// <summary>Computes the pixels into memory, so that they can be read in any order and any number of times.</summary>
    public Image Settle(Image image) => Keep(Evaluate(image, static image => image.CopyMemory()));

    /// <summary>Runs what computes an image's pixels; a stop ends it at the next tile.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="VipsException">The pixels cannot be computed.</exception>
    public T Evaluate<T>(Image image, Func<Image, T> sink)
    {
        lock (_lock)
            _evaluating = image;
        try
        {
            _ct.ThrowIfCancellationRequested();
            return sink(image);
        }
        catch (VipsException) when (_ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(_ct);
        }
        finally
        {
            lock (_lock)
                _evaluating = null;
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        for (var i = _images.Count - 1; i >= 0; i--)
            _images[i].Dispose();
    }

    private void Kill()
    {
        lock (_lock)
            _evaluating?.SetKill(true);
    }
}
