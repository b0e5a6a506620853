using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace ImageService.Core.Engine.Overlays;

/// <summary>
/// Fonts by slug: those that are shipped (Fonts/README.md has their licences), and an organization's own, kept in memory by their content. Thread-safe.
/// </summary>
public sealed class OverlayFonts
{
    // A font of ideographs takes some 20 MB.
    private const int MostUploaded = 24;

    private static readonly FrozenDictionary<string, Lazy<OverlayFace>> Carried = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["noto_sans"] = "NotoSans-Regular.ttf",
        ["noto_sans_bold"] = "NotoSans-Bold.ttf",
        ["noto_serif"] = "NotoSerif-Regular.ttf",
        ["noto_sans_arabic"] = "NotoSansArabic-Regular.ttf",
        ["noto_sans_arabic_bold"] = "NotoSansArabic-Bold.ttf",
        ["noto_sans_hebrew"] = "NotoSansHebrew-Regular.ttf",
        ["noto_sans_hebrew_bold"] = "NotoSansHebrew-Bold.ttf",
        ["droid_sans_fallback"] = "DroidSansFallbackFull.ttf",
        ["nanum_square"] = "NanumSquareR.ttf",
        ["nanum_square_bold"] = "NanumSquareB.ttf",
        ["dejavu_sans"] = "DejaVuSans.ttf",
        ["dejavu_sans_bold"] = "DejaVuSans-Bold.ttf",
    }.ToFrozenDictionary(font => font.Key, font => new Lazy<OverlayFace>(() => Load(font.Value)), StringComparer.Ordinal);

    // The last has what no font of letters has: the minus sign, signs of mathematics, arrows, ticks and stars.
    private static readonly string[] Fallbacks =
        ["noto_sans", "noto_sans_arabic", "noto_sans_hebrew", "droid_sans_fallback", "nanum_square", "dejavu_sans"];
    private static readonly string[] BoldFallbacks =
        ["noto_sans_bold", "noto_sans_arabic_bold", "noto_sans_hebrew_bold", "droid_sans_fallback", "nanum_square_bold", "dejavu_sans_bold"];

    private static readonly Lazy<IReadOnlyList<ShippedFont>> Descriptions = new(() =>
        [.. Carried.OrderBy(font => font.Key, StringComparer.Ordinal)
            .Select(font => new ShippedFont(font.Key, FontDescription.Of(font.Value.Value), font.Value.Value.SizeBytes))]);

    private readonly ConcurrentDictionary<string, OverlayFace> _uploaded = new(StringComparer.Ordinal);

    /// <summary>The font where none is named.</summary>
    public const string Default = "noto_sans";

    /// <summary>Slugs of the shipped fonts.</summary>
    public static IReadOnlyCollection<string> Shipped { get; } = [.. Carried.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The font and, behind it, those that have what it lacks.</summary>
    /// <param name="slug">A shipped font or one of <paramref name="files"/>.</param>
    /// <param name="files">Uploaded fonts.</param>
    /// <exception cref="KeyNotFoundException">There is no such font.</exception>
    internal IReadOnlyList<OverlayFace> Find(string slug, IReadOnlyDictionary<string, FontFile> files)
    {
        var first = Carried.TryGetValue(slug, out var shipped) ? shipped.Value : Uploaded(files[slug]);
        var isBold = first.Typeface.IsBold;
        return [first, .. (isBold ? BoldFallbacks : Fallbacks).Where(name => name != slug).Select(name => Carried[name].Value)];
    }

    private OverlayFace Uploaded(FontFile file)
    {
        if (_uploaded.TryGetValue(file.ContentHash, out var known))
            return known;

        // Starting over now and then is cheaper than tracking what was used last.
        if (_uploaded.Count >= MostUploaded)
            _uploaded.Clear();
        return _uploaded.GetOrAdd(file.ContentHash, OverlayFace.Read(file.Bytes) ?? throw new InvalidDataException("A font that was accepted cannot be read."));
    }

    /// <summary>What the shipped fonts are. Computed when it is first asked for.</summary>
    public static IReadOnlyList<ShippedFont> Describe() => Descriptions.Value;

    // An embedded font lies in the mapped file of the assembly: both libraries read it there, and only the pages that are drawn from take memory.
    private static unsafe OverlayFace Load(string file)
    {
        var name = $"{typeof(OverlayFonts).Namespace}.Fonts.{file}";
        using var stream = typeof(OverlayFonts).Assembly.GetManifestResourceStream(name) as UnmanagedMemoryStream
            ?? throw new InvalidOperationException($"No embedded font {name}.");
        return OverlayFace.Read((nint)stream.PositionPointer, (int)stream.Length) ?? throw new InvalidOperationException($"{file} is no font.");
    }
}
