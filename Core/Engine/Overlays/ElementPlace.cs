using ImageService.Core.Operations;

namespace ImageService.Core.Engine.Overlays;

/// <summary>Where an element of known size lies. Pure; whole pixels.</summary>
internal static class ElementPlace
{
    /// <param name="element">Its gravity and offsets.</param>
    /// <param name="picture">px.</param>
    /// <param name="dpr">What px are multiplied by.</param>
    /// <param name="size">Of the element, before it is turned.</param>
    public static PixelBox Of(OverlayElement element, PixelSize picture, double dpr, PixelSize size) => new(
        Along(East(element.Gravity), picture.Width, size.Width, Whole(element.X.Px(picture.Width, dpr))),
        Along(South(element.Gravity), picture.Height, size.Height, Whole(element.Y.Px(picture.Height, dpr))),
        size.Width,
        size.Height);

    /// <summary>A length in whole pixels, at least 1.</summary>
    public static int Side(double px) => Math.Max(1, Whole(px));

    /// <summary>The nearest whole pixel.</summary>
    public static int Whole(double px) => (int)Math.Round(Math.Clamp(px, -1e6, 1e6), MidpointRounding.AwayFromZero);

    private static int Along(int end, int side, int length, int offset) => end switch
    {
        < 0 => offset,
        > 0 => side - length - offset,
        _ => (int)Math.Floor((side - length) / 2.0) + offset,
    };

    private static int East(Gravity gravity) => gravity switch
    {
        Gravity.West or Gravity.Northwest or Gravity.Southwest => -1,
        Gravity.East or Gravity.Northeast or Gravity.Southeast => 1,
        _ => 0,
    };

    private static int South(Gravity gravity) => gravity switch
    {
        Gravity.North or Gravity.Northwest or Gravity.Northeast => -1,
        Gravity.South or Gravity.Southwest or Gravity.Southeast => 1,
        _ => 0,
    };
}
