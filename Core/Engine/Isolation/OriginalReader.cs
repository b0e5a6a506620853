using System.Text.Json;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Engine.Previews;
using ImageService.Core.Engine.Provenance;
using ImageService.Core.Engine.Steps;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>Judges one original and decodes every pixel of it once. Runs in the isolated decoder only.</summary>
internal static class OriginalReader
{
    // Side of the raster that placeholders are made of, before its last reduction.
    private const int RasterSide = 256;

    // Width × height × passes of a progressive JPEG: 100 megapixels in 15 passes, 12 in 125; encoders make 3 to 13. A pass costs a few nanoseconds a pixel.
    private const long MaxScannedPixels = 1_500_000_000;
    // Beyond it, a transform would be held up by passes that nothing can interrupt: 12 megapixels in 40.
    private const long MaxScannedInTransforms = 500_000_000;

    // Share of the CPU time of a decode that the preview of a drawing may take: variants are larger.
    private const int PreviewShare = 4;
    private const int ProofBytes = 64 << 10;

    /// <param name="request">What to read.</param>
    /// <param name="admit">Told the bytes that decoding will take; returns when they may be taken.</param>
    public static Result<DecodeReply> Read(DecodeRequest request, Action<long> admit)
    {
        if (!SniffFile(request).TryGet(out var format, out var refused))
            return refused;
        try
        {
            var read = format switch
            {
                OriginalFormat.Heic or OriginalFormat.Jxl => WorkingCopy(request, format, MagickRaster.Write(request, format, admit)),
                OriginalFormat.Svg when request.Draw is { } draw => Drawn(SvgRaster.Draw(request, draw, admit)),
                OriginalFormat.Svg => Preview(request, admit),
                _ => ReadRaster(request, request.Path, format, admit),
            };
            return request.Draw is not null ? read : read.Map(reply => reply with { Credentials = CredentialsSearch.Find(request.Path, format) });
        }
        catch (VipsException failure)
        {
            ProveDisk(request);

            // The process may take no more than its limit, whatever was asked for beforehand.
            if (MemoryRefusal.Is(failure))
                return EngineErrors.TooMuchMemory(null, request.MemoryBytes);
            return UnsupportedKind.Of(request.Path, format) is { } kind ? EngineErrors.UnsupportedKind(format, kind) : EngineErrors.Undecodable(format);
        }
    }

    private static Result<OriginalFormat> SniffFile(DecodeRequest request)
    {
        using var file = File.OpenRead(request.Path);
        var head = new byte[ImageSniffer.HeadBytes];
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var allowed = Enum.GetValues<OriginalFormat>().Where(format => request.Allowed.Contains(format.Name(), StringComparer.Ordinal)).ToHashSet();
        return ImageSniffer.Judge(head.AsSpan(0, length), allowed);
    }

    private static Result<DecodeReply> WorkingCopy(DecodeRequest request, OriginalFormat format, Result<RasterFile> written)
    {
        if (!written.TryGet(out var raster, out var error))
        {
            ProveDisk(request);
            return error;
        }

        return ReadRaster(request, raster.Path, raster.Format, static _ => { }).Map(reply => reply with
        {
            Format = format,
            Exif = ExifFacts.Read(raster.Exif)?.RootElement,
            WorkingCopyExtension = raster.Format.Name(),
        });
    }

    // The libraries that write working copies tell a full disk in the words of a broken image.
    private static void ProveDisk(DecodeRequest request)
    {
        var path = $"{request.WorkingCopyPath}.proof";
        File.WriteAllBytes(path, new byte[ProofBytes]);
        File.Delete(path);
    }

    // The process draws this and nothing else: what it has taken so far, it took for this.
    private static Result<DecodeReply> Drawn(Result<RasterFile> drawn) => drawn.Map(raster => new DecodeReply
    {
        Format = OriginalFormat.Svg,
        WorkingCopyExtension = raster.Format.Name(),
        DecodeCpuMs = (int)Environment.CpuUsage.TotalTime.TotalMilliseconds,
    });

    // An SVG is drawn anew for each variant: of its preview nothing stays but the placeholders, and what it took tells whether larger ones can be made.
    private static Result<DecodeReply> Preview(DecodeRequest request, Action<long> admit)
    {
        var before = Environment.CpuUsage.TotalTime;
        if (!SvgRaster.Preview(request, admit).TryGet(out var preview, out var error))
            return error;
        try
        {
            var most = TimeSpan.FromMilliseconds(request.CpuMilliseconds / PreviewShare);
            if (Environment.CpuUsage.TotalTime - before > most)
                return EngineErrors.TooMuchWork(most);
            return ReadRaster(request, preview.Raster.Path, preview.Raster.Format, static _ => { })
                .Map(reply => reply with { Format = OriginalFormat.Svg, Width = preview.Width, Height = preview.Height });
        }
        finally
        {
            File.Delete(preview.Raster.Path);
        }
    }

    // What the raster does not tell of the original any more.
    private static Result<DecodeReply> WorkingCopy(DecodeRequest request, ImageHeader header, Image opened)
    {
        if (header.Format == OriginalFormat.Jpg)
            JudgeJpeg(request.Path, header);
        var raster = PlainRaster.Write(request, header);
        return ReadRaster(request, raster.Path, raster.Format, static _ => { }).Map(reply => reply with
        {
            Format = header.Format,
            ColourSpace = NameOf(header.Interpretation),
            HasProfile = header.Profile != ProfileKind.None,
            Exif = ExifOf(opened),
            WorkingCopyExtension = raster.Format.Name(),
        });
    }

    private static Result<DecodeReply> ReadRaster(DecodeRequest request, string path, OriginalFormat format, Action<long> admit)
    {
        using var opened = OriginalFile.At(path, format).Open(allFrames: true, shrink: 1, Enums.FailOn.Truncated);
        var header = ReadHeader(opened, path, format);
        if (header.Judge(new FileInfo(path).Length, request.MaxPixels, request.MaxFrames) is { } broken)
            return broken;

        // Numbers of Lab that libvips does not know it hands on as if they were colours of a screen.
        if (format == OriginalFormat.Tiff && IsUnknownColour(opened) && UnsupportedKind.Of(path, format) is { } kind)
            return EngineErrors.UnsupportedKind(format, kind);
        var jpeg = format == OriginalFormat.Jpg ? JpegStructure.Read(path) : null;
        if (jpeg is not null && jpeg.Work(header.Pixels) > MaxScannedPixels)
            return EngineErrors.TooManyScans(jpeg.Scans, (int)Math.Max(1, MaxScannedPixels / header.Pixels));
        var needed = DecodeMemory.Of(header, jpeg?.IsProgressive == true ? jpeg.CoefficientBytes : 0);
        if (needed > request.MemoryBytes)
            return EngineErrors.TooMuchMemory(needed, request.MemoryBytes);
        if (format == OriginalFormat.Gif && !GifEnding.IsWhole(path))
            return EngineErrors.Undecodable(format);

        admit(needed);

        // What was written as a copy or a raster is read by line as it is.
        var isOriginal = string.Equals(path, request.Path, StringComparison.Ordinal);
        if (isOriginal && (!DecodeMemory.IsForTransforms(header, needed, request.TransformBytes) || IsSlow(jpeg, header)))
            return WorkingCopy(request, header, opened);
        using var run = RunOf(header);
        var before = Environment.CpuUsage.TotalTime;
        var raster = WholeDecode.Run(path, header, run, RasterSide);
        var decodeCpu = Environment.CpuUsage.TotalTime - before;
        raster = Orient.Apply(raster, run);
        raster = run.Settle(ConvertColour.Apply(raster, run));
        return new DecodeReply
        {
            Format = format,
            Width = header.Upright.Width,
            Height = header.Upright.Height,
            HasAlpha = header.HasAlpha,
            Frames = header.Frames,
            Orientation = header.Orientation,
            ColourSpace = NameOf(header.Interpretation),
            HasProfile = header.Profile != ProfileKind.None,
            Exif = ExifOf(opened),
            Placeholders = PlaceholderMaker.Make(raster),
            DecodeBytes = needed,
            DecodeCpuMs = (int)decodeCpu.TotalMilliseconds,
        };
    }

    private static bool IsUnknownColour(Image image) => image.Interpretation is Enums.Interpretation.Multiband
        || (image.Interpretation is Enums.Interpretation.Lab && image.Format is Enums.BandFormat.Uint);

    private static bool IsSlow(JpegStructure? jpeg, ImageHeader header) =>
        jpeg is { IsProgressive: true } && jpeg.Work(header.Pixels) > MaxScannedInTransforms;

    // Whether all its pixels are there; what is written by line does not show that of a JPEG.
    private static void JudgeJpeg(string path, ImageHeader header)
    {
        using var run = RunOf(header);
        _ = WholeDecode.Run(path, header, run, RasterSide);
    }

    private static TransformRun RunOf(ImageHeader header)
    {
        var nothing = new ImageOperations();
        return new TransformRun(TransformPlan.Make(nothing, header.Upright, FocalPoint.Centre), nothing, ImageFormat.Png, header, CancellationToken.None);
    }

    private static ImageHeader ReadHeader(Image opened, string path, OriginalFormat format)
    {
        using var file = File.OpenRead(path);
        return ImageHeader.Read(opened, format).With(file);
    }

    private static JsonElement? ExifOf(Image opened) =>
        opened.Contains("exif-data") && opened.Get("exif-data") is byte[] exif ? ExifFacts.Read(exif)?.RootElement : null;

    private static string NameOf(Enums.Interpretation interpretation) => interpretation switch
    {
        Enums.Interpretation.Bw => "b-w",
        _ => interpretation.ToString().ToLowerInvariant(),
    };
}

/// <summary>The raster made of an original that transforms do not read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Format">JPEG or PNG.</param>
/// <param name="Exif">EXIF data of the original; empty where there is none.</param>
internal sealed record RasterFile(string Path, OriginalFormat Format, byte[] Exif);
