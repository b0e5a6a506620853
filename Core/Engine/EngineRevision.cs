namespace ImageService.Core.Engine;

/// <summary>What output bytes depend on besides the operations and the original; part of every operations hash.</summary>
public static class EngineRevision
{
    // Increment when output bytes change: settings of an encoder, order or arithmetic of a step.
    private const int Pixels = 5;

    // Increment when MakeIntermediateAsync or SourceChoice changes.
    private const int Intermediate = 3;

    /// <summary>Version of libvips.</summary>
    public static string Library { get; } = $"{NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}";

    // Increment when an overlay is drawn with other pixels: text, shapes, placement, shipped fonts.
    private const int Overlay = 2;

    /// <summary>For what is drawn over variants.</summary>
    public static string ForOverlays { get; } = $"o{Overlay}-{SkiaSharp.SkiaSharpVersion.Native}";

    /// <summary>For variants made from the original: own revision and libvips' version, for example <c>1-8.18.7</c>.</summary>
    public static string Current { get; } = $"{Pixels}-{Library}";

    /// <summary>For variants made from the intermediate (<c>SourceChoice</c>).</summary>
    public static string ForIntermediate { get; } = $"{Current}-i{Intermediate}";
}
