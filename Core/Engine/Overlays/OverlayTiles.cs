using NetVips;

namespace ImageService.Core.Engine.Overlays;

/// <summary>The tiles of one transform, drawn when they are first asked for and shared by the frames of an animation. Used by one thread.</summary>
internal sealed class OverlayTiles(OverlayMaterial material, OverlayFonts fonts, IPictureDecoder decoder, CancellationToken stop)
{
    private const int Bands = 4;

    private PixelSize _size;
    private List<OverlayLayer>? _layers;

    /// <summary>Those for a size of picture, as images that are released with the run.</summary>
    public IReadOnlyList<OverlayLayer> For(PixelSize picture, TransformRun run)
    {
        if (_layers is not null && _size == picture)
            return _layers;
        _size = picture;
        _layers = [];
        foreach (var tile in new OverlayPainter(picture, material, fonts, decoder, stop).Paint())
        {
            var pixels = run.Keep(Image.NewFromMemoryCopy(tile.Pixels, tile.Box.Width, tile.Box.Height, Bands, Enums.BandFormat.Uchar));
            _layers.Add(new OverlayLayer(run.Keep(pixels.Copy(interpretation: Enums.Interpretation.Srgb)), tile.Box, tile.Blend));
        }

        return _layers;
    }
}

/// <summary>A tile as libvips reads it.</summary>
/// <param name="Pixels">RGBA.</param>
/// <param name="Box">Where it lies on the picture.</param>
/// <param name="Blend">How it meets the picture.</param>
internal sealed record OverlayLayer(Image Pixels, PixelBox Box, OverlayBlend Blend);
