using System.Globalization;

namespace ImageService.Core.Operations;

/// <summary>Chooses the output format of <c>fmt_auto</c> from a request's <c>Accept</c> (RFC 9110 section 12.5.1) and what the policy allows.</summary>
public static class FormatNegotiation
{
    // What is smallest at equal quality for most pictures comes first; figures in docs/engine.md.
    private static readonly ImageFormat[] Usual = [ImageFormat.Avif, ImageFormat.Jxl, ImageFormat.Webp];

    /// <summary>
    /// The format that <paramref name="accept"/> weighs highest among AVIF, JPEG XL, WebP and the extension's; the earlier of them where weights are equal.
    /// The first three count only where they are named: <c>image/*</c> and <c>*/*</c> do not ask for them. Where the picture was measured, its own order decides between
    /// equal weights, and a PNG that is the smallest is chosen though nobody asked for it by name. An animation becomes WebP where that is accepted and not known to be the larger, else GIF.
    /// </summary>
    /// <param name="accept">The header's value, several joined by commas; null or empty accepts everything.</param>
    /// <param name="extension">The format of the URL's extension; the answer where nothing better is accepted.</param>
    /// <param name="allowed">The formats that the policy allows and this installation can write.</param>
    /// <param name="animated">Whether the original has more than one frame.</param>
    /// <param name="measured">Formats of this picture, the smallest first; null where nobody measured.</param>
    public static ImageFormat Choose(string? accept, ImageFormat extension, IReadOnlySet<ImageFormat> allowed, bool animated,
        IReadOnlyList<ImageFormat>? measured = null)
    {
        if (animated)
            return ChooseAnimated(accept, extension, allowed, measured);

        var best = extension;
        var bestWeight = allowed.Contains(extension) ? Weight(accept, extension, named: false) : -1;
        var order = measured ?? Usual;
        var bestRank = RankOf(extension, order);
        for (var rank = 0; rank < order.Count; rank++)
        {
            var format = order[rank];
            if (format == extension || format is ImageFormat.Jpg or ImageFormat.Gif or ImageFormat.Png || !allowed.Contains(format))
                continue;
            var weight = Weight(accept, format, named: true);
            if (weight > 0 && (weight > bestWeight || (weight == bestWeight && rank < bestRank)))
                (best, bestWeight, bestRank) = (format, weight, rank);
        }

        // Readers weigh PNG above others for its looks, not for its size: it is chosen where it is the smaller one, and only there.
        var isSmaller = RankOf(ImageFormat.Png, order) < bestRank && allowed.Contains(ImageFormat.Png);
        return isSmaller && Weight(accept, ImageFormat.Png, named: false) is > 0 and var png && png >= bestWeight ? ImageFormat.Png : best;
    }

    private static int RankOf(ImageFormat format, IReadOnlyList<ImageFormat> order)
    {
        for (var rank = 0; rank < order.Count; rank++)
        {
            if (order[rank] == format)
                return rank;
        }

        return order.Count;
    }

    private static ImageFormat ChooseAnimated(string? accept, ImageFormat extension, IReadOnlySet<ImageFormat> allowed, IReadOnlyList<ImageFormat>? measured)
    {
        if (measured is [ImageFormat.Gif, ..] && allowed.Contains(ImageFormat.Gif) && Weight(accept, ImageFormat.Gif, named: false) > 0)
            return ImageFormat.Gif;
        if (allowed.Contains(ImageFormat.Webp) && Weight(accept, ImageFormat.Webp, named: extension != ImageFormat.Webp) > 0)
            return ImageFormat.Webp;
        return allowed.Contains(ImageFormat.Gif) ? ImageFormat.Gif : extension;
    }

    /// <summary>
    /// The weight that the header gives a format, 0 to 1, by its most specific range; 0 refuses. Where <paramref name="named"/>, wildcards do not count.
    /// </summary>
    private static double Weight(ReadOnlySpan<char> accept, ImageFormat format, bool named)
    {
        if (accept.IsWhiteSpace())
            return named ? 0 : 1;

        var mediaType = format.MediaType();
        double? exact = null, image = null, any = null;
        foreach (var part in accept.Split(','))
        {
            var element = accept[part];
            var end = element.IndexOf(';');
            var range = (end < 0 ? element : element[..end]).Trim();
            var parameters = end < 0 ? default : element[(end + 1)..];
            if (range.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
                exact = ReadWeight(parameters) ?? exact;
            else if (range.Equals("image/*", StringComparison.OrdinalIgnoreCase))
                image = ReadWeight(parameters) ?? image;
            else if (range is "*/*")
                any = ReadWeight(parameters) ?? any;
        }

        return exact ?? (named ? 0 : image ?? any ?? 0);
    }

    /// <summary>The <c>q</c> among an element's parameters: 1 where there is none, null where it cannot be read (the element is then ignored).</summary>
    private static double? ReadWeight(ReadOnlySpan<char> parameters)
    {
        foreach (var part in parameters.Split(';'))
        {
            var parameter = parameters[part].Trim();
            if (parameter.Length < 2 || (parameter[0] | 0x20) != 'q' || parameter[1] != '=')
                continue;
            return double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight is >= 0 and <= 1
                ? weight
                : null;
        }

        return 1;
    }
}
