using System.Globalization;

namespace ImageService.Portal.Images;

/// <summary>A browser or program that one can look at an address as: by what it says it accepts.</summary>
/// <param name="Name">For people.</param>
/// <param name="Accept">Its header.</param>
internal sealed record PretendedVisitor(string Name, string Accept)
{
    /// <summary>What such programs send for images.</summary>
    public static IReadOnlyList<PretendedVisitor> All { get; } =
    [
        new("A browser of today", "image/avif,image/webp,image/*,*/*;q=0.8"),
        new("A browser that takes JPEG XL", "image/jxl,image/avif,image/webp,image/*,*/*;q=0.8"),
        new("A browser without AVIF", "image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"),
        new("An old browser", "image/png,image/*;q=0.8,*/*;q=0.5"),
        new("A mail program", "*/*"),
    ];

    /// <summary>Device pixels per CSS pixel.</summary>
    public double Dpr { get; init; } = 1;

    /// <summary>CSS px that the picture takes on the page; null for not said.</summary>
    public int? Width { get; init; }

    /// <summary>Whether the visitor asked for less data.</summary>
    public bool SavesData { get; init; }

    public static PretendedVisitor Of(string name) => All.FirstOrDefault(visitor => visitor.Name == name) ?? All[0];

    /// <summary>What it sends with a request: hints by the names that scripts may set.</summary>
    public IReadOnlyDictionary<string, string> Headers()
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Accept"] = Accept };
        if (Width is { } width)
            headers["Width"] = Math.Ceiling(width * Dpr).ToString(CultureInfo.InvariantCulture);
        if (Dpr > 1)
            headers["DPR"] = Dpr.ToString(CultureInfo.InvariantCulture);
        if (SavesData)
            headers["Save-Data"] = "on";
        return headers;
    }
}
