namespace ImageService.Core.Operations;

/// <summary>
/// What <c>w</c>, <c>h</c> and <c>f</c> come to for one source, in the fewest words: sides that would enlarge are cut back, and a fit that neither crops,
/// distorts nor adds a canvas is not said. Different URLs that give the same pixels come to the same value here.
/// </summary>
internal readonly record struct CanonicalGeometry
{
    /// <summary>px; null where the height alone, or the source, decides.</summary>
    public required int? Width { get; init; }

    /// <summary>px; null where the width alone, or the source, decides.</summary>
    public required int? Height { get; init; }

    /// <summary>
    /// <see cref="Operations.Fit.Cover"/> (crops), <see cref="Operations.Fit.Fill"/> (distorts), <see cref="Operations.Fit.Pad"/> (adds canvas) or null (in
    /// proportion); after <see cref="OfUnknown"/> also inside and outside.
    /// </summary>
    public required Fit? Fit { get; init; }

    /// <summary>Whether there is a choice to make between left and right.</summary>
    public required bool GravityX { get; init; }

    /// <summary>Whether there is a choice to make between top and bottom.</summary>
    public required bool GravityY { get; init; }

    /// <summary>Resolves sides and fit for a source of the given size (px, upright and rotated).</summary>
    /// <param name="width">As asked for.</param>
    /// <param name="height">As asked for.</param>
    /// <param name="fit">As asked for.</param>
    /// <param name="sourceWidth">px.</param>
    /// <param name="sourceHeight">px.</param>
    /// <param name="maxSide">Longest side that the output's format holds. A side that nobody asked for may exceed it; full size then means "as large as the
    /// format holds".</param>
    public static CanonicalGeometry Of(int? width, int? height, Fit fit, int sourceWidth, int sourceHeight, int maxSide)
    {
        var source = new Size(sourceWidth, sourceHeight);
        return (width, height) switch
        {
            _ when Exceeds(width, height, fit, source, maxSide) => default,
            (null, null) => default,
            ({ } w, null) => Proportional(source.ScaledToWidth(Math.Min(w, source.Width)), source) ?? default,
            (null, { } h) => Proportional(source.ScaledToHeight(Math.Min(h, source.Height)), source) ?? default,
            ({ } w, { } h) => fit switch
            {
                Operations.Fit.Cover => Cover(new Size(w, h).ShrunkInto(source), source),
                Operations.Fit.Fill => Fill(new Size(w, h).ShrunkInto(source), source),
                Operations.Fit.Inside => Proportional(Inside(new Size(w, h), source), source) ?? default,
                Operations.Fit.Outside => Proportional(Outside(new Size(w, h), source), source) ?? default,
                _ => Canvas(new Size(w, h), source),
            },
        };
    }

    /// <summary>Whether the result is no longer on either side than the format holds.</summary>
    public static bool Fits(int? width, int? height, Fit fit, int sourceWidth, int sourceHeight, int maxSide) =>
        width is null && height is null
            ? sourceWidth <= maxSide && sourceHeight <= maxSide
            : !Exceeds(width, height, fit, new Size(sourceWidth, sourceHeight), maxSide);

    // A box is at most as large as may be asked for, which every format holds: only what keeps its proportions can come out longer.
    private static bool Exceeds(int? width, int? height, Fit fit, Size source, int maxSide)
    {
        if (source.Width <= maxSide && source.Height <= maxSide)
            return false;
        Size? size = (width, height) switch
        {
            ({ } w, null) => source.ScaledToWidth(Math.Min(w, source.Width)),
            (null, { } h) => source.ScaledToHeight(Math.Min(h, source.Height)),
            ({ } w, { } h) when fit == Operations.Fit.Outside => Outside(new Size(w, h), source),
            _ => null,
        };
        return size is { } result && (result.Width > maxSide || result.Height > maxSide);
    }

    /// <summary>
    /// The same where the picture may still become smaller (<c>trim</c>): what is asked for stays as it is, but for what no smaller picture can need.
    /// A position is kept wherever one may come to matter.
    /// </summary>
    public static CanonicalGeometry OfUnknown(CanonicalSides sides, int mostWidth, int mostHeight)
    {
        if (sides.Ratio is not null)
            return Boxed(null, null, sides.Fit);
        return (sides.Width, sides.Height) switch
        {
            (null, null) => default,
            ({ } w, null) => new CanonicalGeometry { Width = w >= mostWidth ? null : w, Height = null, Fit = null, GravityX = false, GravityY = false },
            (null, { } h) => new CanonicalGeometry { Width = null, Height = h >= mostHeight ? null : h, Fit = null, GravityX = false, GravityY = false },
            _ => Boxed(sides.Width, sides.Height, sides.Fit),
        };
    }

    /// <summary>Size of the output for a picture of the given size, px.</summary>
    public (int Width, int Height) OutputOf(int sourceWidth, int sourceHeight)
    {
        var source = new Size(sourceWidth, sourceHeight);
        var output = (Width, Height) switch
        {
            ({ } w, { } h) => new Size(w, h),
            ({ } w, null) => source.ScaledToWidth(w),
            (null, { } h) => source.ScaledToHeight(h),
            _ => source,
        };
        return (output.Width, output.Height);
    }

    private static CanonicalGeometry Boxed(int? width, int? height, Fit fit)
    {
        var placed = fit is Operations.Fit.Cover or Operations.Fit.Contain or Operations.Fit.Pad;
        return new CanonicalGeometry
        {
            Width = width,
            Height = height,
            Fit = fit == Operations.Fit.Contain ? Operations.Fit.Pad : fit,
            GravityX = placed,
            GravityY = placed,
        };
    }

    /// <summary>
    /// One side where the other follows from it; the width where either would do and can be written. Null when the size is not in proportion.
    /// </summary>
    private static CanonicalGeometry? Proportional(Size size, Size source)
    {
        if (size == source)
            return default(CanonicalGeometry);
        if (size.Width < source.Width && size.Width <= OperationsGrammar.MaxSidePx && source.ScaledToWidth(size.Width) == size)
            return new CanonicalGeometry
            {
                Width = size.Width,
                Height = null,
                Fit = null,
                GravityX = false,
                GravityY = false,
            };
        if (size.Height < source.Height && source.ScaledToHeight(size.Height) == size)
            return new CanonicalGeometry
            {
                Width = null,
                Height = size.Height,
                Fit = null,
                GravityX = false,
                GravityY = false,
            };
        return null;
    }

    private static CanonicalGeometry Cover(Size box, Size source)
    {
        var scaled = Size.IsWider(box, source) ? source.ScaledToWidth(box.Width) : source.ScaledToHeight(box.Height);
        return (scaled == box ? Proportional(box, source) : null)
            ?? new CanonicalGeometry
            {
                Width = box.Width,
                Height = box.Height,
                Fit = Operations.Fit.Cover,
                GravityX = scaled.Width > box.Width,
                GravityY = scaled.Height > box.Height,
            };
    }

    private static CanonicalGeometry Fill(Size box, Size source) =>
        Proportional(box, source) ?? new CanonicalGeometry
        {
            Width = box.Width,
            Height = box.Height,
            Fit = Operations.Fit.Fill,
            GravityX = false,
            GravityY = false,
        };

    private static CanonicalGeometry Canvas(Size canvas, Size source)
    {
        var picture = Inside(canvas, source);
        return (picture == canvas ? Proportional(picture, source) : null)
            ?? new CanonicalGeometry
            {
                Width = canvas.Width,
                Height = canvas.Height,
                Fit = Operations.Fit.Pad,
                GravityX = canvas.Width > picture.Width,
                GravityY = canvas.Height > picture.Height,
            };
    }

    private static Size Inside(Size box, Size source)
    {
        if (box.Width >= source.Width && box.Height >= source.Height)
            return source;
        return Size.IsWider(box, source) ? source.ScaledToHeight(box.Height) : source.ScaledToWidth(box.Width);
    }

    private static Size Outside(Size box, Size source)
    {
        if (box.Width >= source.Width || box.Height >= source.Height)
            return source;
        return Size.IsWider(box, source) ? source.ScaledToWidth(box.Width) : source.ScaledToHeight(box.Height);
    }

    /// <summary>A size, px; scaling keeps proportions, rounds to the nearest pixel and never gives less than one.</summary>
    private readonly record struct Size(int Width, int Height)
    {
        public Size ScaledToWidth(int width) => new(width, Scaled(Height, width, Width));

        public Size ScaledToHeight(int height) => new(Scaled(Width, height, Height), height);

        /// <summary>This box, made smaller in its own proportions until neither side exceeds the source's.</summary>
        public Size ShrunkInto(Size source)
        {
            if (Width <= source.Width && Height <= source.Height)
                return this;
            return IsWider(this, source) ? ScaledToWidth(source.Width) : ScaledToHeight(source.Height);
        }

        /// <summary>Whether the box is at least as wide, for its height, as the source.</summary>
        public static bool IsWider(Size box, Size source) => (long)box.Width * source.Height >= (long)box.Height * source.Width;

        private static int Scaled(int side, int numerator, int denominator) =>
            (int)Math.Max(1, ((2L * side * numerator) + denominator) / (2L * denominator));
    }
}
