using System.Runtime.InteropServices;
using ImageService.Core.Engine.Steps;
using ImageService.Core.Operations;
using NetVips;
using SkiaSharp;

namespace ImageService.Core.Engine.Overlays;

/// <summary>Decodes pictures of overlays as variants are made: upright, in sRGB, the first frame, with libvips.</summary>
/// <param name="still">The steps for one picture.</param>
/// <param name="stop">Ends it.</param>
internal sealed class PictureDecoder(Func<Image, TransformRun, Image> still, CancellationToken stop) : IPictureDecoder
{
    public SKImage Decode(TransformSource source, Func<PixelSize, PixelSize> wanted)
    {
        try
        {
            var format = ImageSniffer.Sniff(source.Bytes.Span) ?? source.Format;
            using var opened = OpenedSource.Open(source.Bytes, format);
            var own = opened.Header.Upright;
            var size = wanted(source.DrawnFrom ?? own);
            if (source.DrawnFrom is not null)
                size = own;
            var operations = new ImageOperations { Width = size.Width, Height = size.Height, Fit = Fit.Fill };
            using var run = new TransformRun(TransformPlan.Make(operations, own, FocalPoint.Centre), operations, ImageFormat.Png, opened.Header, stop);
            var image = still(LoadSource.Apply(source.Bytes, run.Keep(opened.Reopen(allFrames: false)), run), run);
            if (!image.HasAlpha())
                image = run.Keep(image.AddAlpha());
            var pixels = run.Evaluate(image, static ready => ready.WriteToMemory<byte>());
            var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            var pinned = GCHandle.Alloc(pixels, GCHandleType.Pinned);
            try
            {
                return SKImage.FromPixelCopy(info, pinned.AddrOfPinnedObject(), info.RowBytes);
            }
            finally
            {
                pinned.Free();
            }
        }
        catch (VipsException broken) when (!stop.IsCancellationRequested)
        {
            throw new OverlayPictureException(broken);
        }
    }
}
