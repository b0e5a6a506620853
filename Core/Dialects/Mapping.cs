using ImageService.Core.Operations;

namespace ImageService.Core.Dialects;

/// <summary>An old URL on its way to our operations, for one picture: what was understood so far, and what was not.</summary>
internal sealed class Mapping(SourceFacts source)
{
    private readonly List<string> _unmapped = [];
    private readonly List<string> _ignored = [];

    public SourceFacts Source { get; } = source;

    public ImageOperations Operations { get; set; } = new();

    /// <summary>Whether the fit is to be chosen by the shapes of picture and box.</summary>
    public bool IsFitByShape { get; set; }

    /// <summary>Whether a picture smaller than the box gets a canvas.</summary>
    public bool IsOnCanvas { get; set; }

    /// <summary>Notes what changes the picture there and cannot be said here.</summary>
    public void Refuse(string option) => _unmapped.Add(option);

    /// <summary>Notes what nobody would see missing.</summary>
    public void Ignore(string option) => _ignored.Add(option);

    /// <summary>Width and height in px; 0 or less leaves the side to the proportion. Sides above what can be written become the largest.</summary>
    public bool Sides(double? width, double? height)
    {
        if (width is null || height is null || width < 0 || height < 0)
            return false;
        Operations = Operations with { Width = Side(width.Value), Height = Side(height.Value) };
        return true;
    }

    public bool Width(double? px)
    {
        if (px is not >= 0)
            return false;
        Operations = Operations with { Width = Side(px.Value) };
        return true;
    }

    /// <summary>As wide as the browser's client hints say.</summary>
    public bool AutoWidth()
    {
        Operations = Operations with { Width = OperationsGrammar.AutoWidth };
        return true;
    }

    public bool Height(double? px)
    {
        if (px is not >= 0)
            return false;
        Operations = Operations with { Height = Side(px.Value) };
        return true;
    }

    public bool Fit(Fit? fit) => Set(fit, static (operations, value) => operations with { Fit = value });

    public bool Gravity(Gravity? gravity) => Set(gravity, static (operations, value) => operations with { Gravity = value });

    public bool Background(Rgba? color) => Set(color, static (operations, value) => operations with { Background = value });

    /// <summary>A focal point as fractions of the picture.</summary>
    public bool Focal(double? x, double? y)
    {
        if (x is not (>= 0 and <= 1) || y is not (>= 0 and <= 1))
            return false;
        var (focalX, focalY) = (Rounded(x.Value, OperationsGrammar.FocalDecimals), Rounded(y.Value, OperationsGrammar.FocalDecimals));
        Operations = Operations with { Gravity = ImageService.Core.Operations.Gravity.Focal, FocalX = focalX, FocalY = focalY };
        return true;
    }

    public bool Quality(double? quality)
    {
        if (quality is not (>= 1 and <= 100))
            return false;
        Operations = Operations with { Quality = ImageService.Core.Operations.Quality.Of((int)quality) };
        return true;
    }

    /// <summary>A format by its usual names; <c>auto</c> is negotiated.</summary>
    public bool Format(string name)
    {
        if (name is "auto")
        {
            Operations = Operations with { Format = FormatChoice.Auto };
            return true;
        }

        if (!ImageFormats.TryParse(name, out var format))
            return false;
        Operations = Operations with { Format = new FormatChoice(format) };
        return true;
    }

    /// <summary>Quarter turns clockwise; none for 0 and 360.</summary>
    public bool Rotate(double? degrees)
    {
        if (degrees is not { } given || given % 90 != 0 || Math.Abs(given) > 3600)
            return false;
        var turn = (((int)given % 360) + 360) % 360;
        Operations = Operations with { Rotation = turn == 0 ? null : turn };
        return true;
    }

    public bool Flip(bool horizontal, bool vertical)
    {
        Operations = Operations with { Flip = horizontal, Flop = vertical };
        return true;
    }

    /// <summary>Gaussian sigma, px; less than can be seen is none.</summary>
    public bool Blur(double? sigma)
    {
        if (sigma is not >= 0)
            return false;
        Operations = Operations with { Blur = Within(OperationKey.Blur, sigma.Value) };
        return true;
    }

    public bool Sharpen(double? amount)
    {
        if (amount is not >= 0)
            return false;
        Operations = Operations with { Sharpen = amount == 0 ? null : Within(OperationKey.Sharpen, amount.Value) };
        return true;
    }

    /// <summary>A factor of device pixels; outside what <c>dpr</c> says, multiplied into the sides at the end.</summary>
    public bool Dpr(double? ratio)
    {
        if (ratio is not (> 0 and <= 10))
            return false;
        _dpr = Rounded(ratio.Value, OperationsGrammar.EffectDecimals);
        return true;
    }

    /// <summary>A box in px of the upright original, at least one pixel of which must lie inside.</summary>
    public bool Crop(double x, double y, double width, double height)
    {
        var (left, top) = (Math.Max(0, Math.Floor(x)), Math.Max(0, Math.Floor(y)));
        if (!(width >= 1) || !(height >= 1) || left >= Source.Width || top >= Source.Height)
            return false;
        var (across, down) = (Math.Floor(Math.Min(width, 1e9)), Math.Floor(Math.Min(height, 1e9)));
        Operations = Operations with { Crop = new CropBox { X = left, Y = top, Width = across, Height = down, IsFraction = false } };
        return true;
    }

    /// <summary>A box of a size, placed by the gravity, as px of the upright original.</summary>
    public bool CropAt(Gravity gravity, double width, double height)
    {
        var (wide, high) = (Math.Min(width, Source.Width), Math.Min(height, Source.Height));
        var (x, y) = gravity switch
        {
            ImageService.Core.Operations.Gravity.North => (0.5, 0d),
            ImageService.Core.Operations.Gravity.Northeast => (1d, 0d),
            ImageService.Core.Operations.Gravity.East => (1d, 0.5),
            ImageService.Core.Operations.Gravity.Southeast => (1d, 1d),
            ImageService.Core.Operations.Gravity.South => (0.5, 1d),
            ImageService.Core.Operations.Gravity.Southwest => (0d, 1d),
            ImageService.Core.Operations.Gravity.West => (0d, 0.5),
            ImageService.Core.Operations.Gravity.Northwest => (0d, 0d),
            _ => (0.5, 0.5),
        };
        return gravity is not (ImageService.Core.Operations.Gravity.Smart or ImageService.Core.Operations.Gravity.Focal)
            && Crop(Math.Floor((Source.Width - wide) * x), Math.Floor((Source.Height - high) * y), wide, high);
    }

    /// <summary>Percent of a channel's range.</summary>
    public bool Trim(double? tolerance)
    {
        if (tolerance is not >= 0)
            return false;
        Operations = Operations with { Trim = Within(OperationKey.Trim, tolerance.Value) };
        return true;
    }

    public bool Pad(int? top, int? right, int? bottom, int? left)
    {
        if (top is not (>= 0 and <= Padding.MaxPx) || right is not (>= 0 and <= Padding.MaxPx) || bottom is not (>= 0 and <= Padding.MaxPx)
            || left is not (>= 0 and <= Padding.MaxPx))
            return false;
        Operations = Operations with { Pad = new Padding(top.Value, right.Value, bottom.Value, left.Value) };
        return true;
    }

    public bool Round(string text)
    {
        if (CornerRadius.Read(text) is not { } radius)
            return false;
        Operations = Operations with { Round = radius };
        return true;
    }

    /// <summary>Percent, 100 changes nothing.</summary>
    public bool Brightness(double? percent) => Percent(percent, static (operations, value) => operations with { Brightness = value });

    /// <inheritdoc cref="Brightness"/>
    public bool Contrast(double? percent) => Percent(percent, static (operations, value) => operations with { Contrast = value });

    /// <inheritdoc cref="Brightness"/>
    public bool Saturation(double? percent) => Percent(percent, static (operations, value) => operations with { Saturation = value });

    public bool Gamma(double? gamma)
    {
        if (gamma is null)
            return false;
        Operations = Operations with { Gamma = Within(OperationKey.Gamma, gamma.Value) };
        return true;
    }

    public bool Pixelate(double? px)
    {
        if (px is not >= 0)
            return false;
        Operations = Operations with { Pixelate = px < 2 ? null : (int)Within(OperationKey.Pixelate, px.Value) };
        return true;
    }

    public bool MaxBytes(double? bytes)
    {
        if (bytes is not > 0)
            return false;
        Operations = Operations with { MaxBytes = (int)Within(OperationKey.MaxBytes, bytes.Value) };
        return true;
    }

    /// <summary>What it all means. A picture of which nothing is asked is the original.</summary>
    /// <param name="quality">What the service takes where the URL says none, by format; null leaves it to the policy.</param>
    public OldMeaning Finish(Func<ImageFormat, int?>? quality = null)
    {
        MultiplyDevicePixels();
        if (Operations is { Width: null, Height: null, AspectRatio: null })
            Operations = Operations with { Fit = null };
        var own = Source.Format ?? (Source.HasAlpha ? ImageFormat.Png : ImageFormat.Jpg);
        if ((Operations with { Format = null, Quality = null }) == new ImageOperations()
            && (Operations.Format is null || Operations.Format is { Fixed: { } same } && same == own) && Operations.Quality is null)
            return new OldMeaning(new ImageOperations { Original = true }, own, _unmapped, _ignored);
        var extension = Operations.Format switch
        {
            { Fixed: { } format } => format,
            { IsAuto: true } when own is ImageFormat.Webp or ImageFormat.Avif => Source.HasAlpha ? ImageFormat.Png : ImageFormat.Jpg,
            _ => own,
        };
        if (Operations.Quality is null && Operations.Preset is null && quality?.Invoke(extension) is { } usual)
            Operations = Operations with { Quality = ImageService.Core.Operations.Quality.Of(usual) };
        return new OldMeaning(Operations, extension, _unmapped, _ignored);
    }

    private double? _dpr;

    private static int? Side(double px) => px < 1 ? null : (int)Math.Min(Math.Floor(px), OperationsGrammar.MaxSidePx);

    private static double Rounded(double value, int decimals) => Math.Round(value, decimals, MidpointRounding.AwayFromZero);

    private static double Within(OperationKey key, double value)
    {
        var rule = OperationsGrammar.Rule(key);
        return Rounded(Math.Clamp(value, rule.Min, rule.Max), OperationsGrammar.EffectDecimals);
    }

    private bool Set<T>(T? value, Func<ImageOperations, T, ImageOperations> with)
        where T : struct
    {
        if (value is not { } given)
            return false;
        Operations = with(Operations, given);
        return true;
    }

    private bool Percent(double? percent, Func<ImageOperations, double?, ImageOperations> with)
    {
        if (percent is not { } given)
            return false;
        var value = Within(OperationKey.Brightness, given);
        Operations = with(Operations, value == 100 ? null : value);
        return true;
    }

    private void MultiplyDevicePixels()
    {
        if (_dpr is not { } ratio || ratio == 1 || (Operations is { Width: null, Height: null, Pad: null, Round: null }))
            return;
        if (ratio is >= 1 and <= 4)
            Operations = Operations with { Dpr = ratio };
        else
            Operations =
                Operations with
                {
                    Width = Times(Operations.Width),
                    Height = Times(Operations.Height),
                    Pad = Operations.Pad?.Times(ratio),
                    Round = Operations.Round?.Times(ratio)
                };

        int? Times(int? px) => px is { } side ? Math.Max(1, OperationNumbers.Times(side, ratio, OperationsGrammar.MaxSidePx)) : null;
    }
}
