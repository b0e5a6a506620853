using System.Globalization;
using Microsoft.Extensions.Options;

namespace ImageService.Client.AspNetCore;

/// <summary>Attributes of an <c>img</c> for an asset: the same for the TagHelper and the component.</summary>
public sealed class ImageMarkup
{
    private const int UsualWidth = 1280;
    private readonly ImageServiceOptions _options;
    private readonly ImageUrlSigner? _signer;

    public ImageMarkup(IOptions<ImageServiceOptions> options)
    {
        _options = options.Value;
        _signer = _options.SigningKey is { } key ? new ImageUrlSigner(key) : null;
    }

    /// <summary>
    /// The attributes. Where <see cref="ImageOperations.Width"/> is a number it is the width on the page, and the <c>srcset</c> ends at twice of it; private
    /// images carry one signature in all
    /// candidates.
    /// </summary>
    /// <param name="asset">Whose picture.</param>
    /// <param name="operations">Null: the whole picture, resized.</param>
    /// <param name="sizes">Null: the width on the page, else <c>100vw</c>.</param>
    /// <exception cref="InvalidOperationException">The asset is private and no signing key is configured.</exception>
    public ImageAttributes For(ImageAsset asset, ImageOperations? operations = null, string? sizes = null)
    {
        operations ??= new ImageOperations();
        var shown = Number(operations.Width);
        var url = Sign(asset,
            asset.Url(operations with { Original = false, Width = Math.Min(shown ?? UsualWidth, asset.Width), Height = HeightFor(asset, operations) },
            _options.ImagesUrl).ToString());
        var (width, height) = Shape(asset, operations);
        return new ImageAttributes
        {
            Src = Srcset.Resize(url, Math.Min(shown ?? UsualWidth, asset.Width)),
            Srcset = Srcset.Of(url, Widths(shown), asset.Width),
            Sizes = sizes ?? (shown is null ? "100vw" : string.Create(CultureInfo.InvariantCulture, $"(min-width: {shown}px) {shown}px, 100vw")),
            Width = width,
            Height = height,
            Placeholder = IsOpaque(asset, operations) ? ThumbHash.ToDataUrl(asset.ThumbHash) : null,
            Source = url,
            Candidates = [.. Widths(shown)],
            MaxWidth = asset.Width,
        };
    }

    private IEnumerable<int> Widths(int? shown)
    {
        IEnumerable<int> widths = _options.Widths.Count > 0 ? _options.Widths : Srcset.Widths;
        return shown is { } width ? widths.Where(candidate => candidate <= 2 * width).Append(width) : widths;
    }

    private string Sign(ImageAsset asset, string url)
    {
        if (asset.Access is ImageAccess.Public)
            return url;
        return _signer is not null
            ? _signer.Sign(url, _options.SignedFor, SignatureScope.Asset, _options.SignedFor)
            : throw new InvalidOperationException($"The asset {asset.Id} is private: set ImageService:SigningKey (Kid, Secret, TenantId) to show it.");
    }

    /// <summary>The height beside the width that the URL begins with: an original narrower than the page's width makes both smaller.</summary>
    private static int? HeightFor(ImageAsset asset, ImageOperations operations) => (Number(operations.Width), operations.Height) switch
    {
        ({ } width, { } height) when width > asset.Width => Math.Max(1, (int)((long)height * asset.Width / width)),
        (not null, var height) => height,
        _ => null,
    };

    /// <summary>What is known of the shape before the picture is there; without it the page would jump.</summary>
    private static (int? Width, int? Height) Shape(ImageAsset asset, ImageOperations operations)
    {
        var width = Number(operations.Width) ?? asset.Width;
        if (operations is { Height: { } height, Width: not null })
            return (width, height);
        if (Ratio(operations.AspectRatio) is { } ratio)
            return (width, Math.Max(1, (int)Math.Round(width / ratio)));
        return operations is { Preset: null, Crop: null, Trim: null, Pad: null, Rotation: null or 180 }
            ? (width, Math.Max(1, (int)Math.Round((double)width * asset.Height / asset.Width)))
            : (null, null);
    }

    /// <summary>Whether the picture will cover its placeholder.</summary>
    private static bool IsOpaque(ImageAsset asset, ImageOperations operations) =>
        !asset.HasAlpha && operations is { Round: null, Pad: null, Preset: null, Fit: not (Fit.Contain or Fit.Pad) };

    private static int? Number(OperationValue? value) =>
        int.TryParse(value?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private static double? Ratio(OperationValue? value)
    {
        var terms = value?.Text.Split(':')
            .Select(term => double.TryParse(term, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 0)
            .ToArray();
        return terms switch
        {
            [> 0 and var ratio] => ratio,
            [> 0 and var across, > 0 and var down] => across / down,
            _ => null,
        };
    }
}

/// <summary>Attributes of an <c>img</c>.</summary>
public sealed record ImageAttributes
{
    /// <summary>For who knows no <c>srcset</c>.</summary>
    public required string Src { get; init; }

    /// <summary>One candidate a width.</summary>
    public required string Srcset { get; init; }

    /// <summary>The width on the page.</summary>
    public required string Sizes { get; init; }

    /// <summary>px; null where the shape is not known beforehand.</summary>
    public required int? Width { get; init; }

    /// <summary>px.</summary>
    public required int? Height { get; init; }

    /// <summary>A data URL to show until the picture is there; null where there is none, or the picture would not cover it.</summary>
    public required string? Placeholder { get; init; }

    internal string Source { get; init; } = "";

    internal IReadOnlyList<int> Candidates { get; init; } = [];

    internal int MaxWidth { get; init; }

    /// <summary>CSS that shows the placeholder behind the picture.</summary>
    public string? Style => Placeholder is null ? null : $"background:url({Placeholder}) center/cover no-repeat";

    /// <summary>The same candidates in one format, for a <c>source</c> of a <c>picture</c>.</summary>
    public string SrcsetIn(ImageFormat format) => Client.Srcset.Of(Source, Candidates, MaxWidth, format);
}
