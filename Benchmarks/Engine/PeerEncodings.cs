using System.Diagnostics;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Benchmarks.Engine;

/// <summary>What others write of the same pixels with their own defaults.</summary>
internal static class PeerEncodings
{
    /// <summary>The formats that both peers write without further packages.</summary>
    public static readonly ImageFormat[] Formats = [ImageFormat.Jpg, ImageFormat.Webp, ImageFormat.Avif];

    /// <summary>By sharp itself, in one process for all pictures.</summary>
    /// <param name="module">Folder of the module.</param>
    /// <param name="pictures">PNG files.</param>
    /// <param name="target">Where <c>{name}.{format}</c> is written.</param>
    public static void BySharp(string module, IEnumerable<string> pictures, string target)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Engine", "sharp-defaults.mjs");
        using var process = Process.Start(new ProcessStartInfo("node", [script, module, target, .. pictures]) { UseShellExecute = false })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"sharp ended with {process.ExitCode}.");
    }

    /// <summary>
    /// As imgproxy asks libvips for by the defaults of its documentation: JPEG 80, WebP 79, AVIF 63 at speed 8. imgproxy is no package that could be installed
    /// here: the same calls are made of our own libvips.
    /// </summary>
    public static byte[] AsImgproxy(Image picture, ImageFormat format) => format switch
    {
        ImageFormat.Jpg => picture.JpegsaveBuffer(q: 80, optimizeCoding: true, keep: Enums.ForeignKeep.None),
        ImageFormat.Webp => picture.WebpsaveBuffer(q: 79, effort: 4, keep: Enums.ForeignKeep.None),
        ImageFormat.Avif => picture.HeifsaveBuffer(q: 63, compression: Enums.ForeignHeifCompression.Av1, effort: 9 - 8, keep: Enums.ForeignKeep.None),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };
}
