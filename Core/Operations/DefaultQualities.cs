namespace ImageService.Core.Operations;

/// <summary>
/// The quality of each format that looks alike in the mean over photographs, drawings and screenshots; the table and how it was measured are in <c>docs/engine.md</c>.
/// </summary>
public static class DefaultQualities
{
    /// <summary>The same as the policy's default: a JSON object by format.</summary>
    public static string Json { get; } =
        $"{{{string.Join(',', Enum.GetValues<ImageFormat>().Where(static format => format.HasQuality()).Select(static format => FormattableString.Invariant($"\"{format.Name()}\":{Of(format)}")))}}}";

    /// <summary>1 to 100; for formats without a quality 85, which nothing reads.</summary>
    public static int Of(ImageFormat format) => format switch
    {
        ImageFormat.Jpg => 78,
        ImageFormat.Webp => 79,
        ImageFormat.Avif => 75,
        ImageFormat.Jxl => 75,
        _ => 85,
    };
}
