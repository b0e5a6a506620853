using System.Globalization;

namespace ImageService.Core.Operations;

/// <summary>Radius of rounded corners (operation <c>round</c>): px, or half the shorter side.</summary>
public readonly record struct CornerRadius
{
    private CornerRadius(int px) => Px = px;

    /// <summary>A circle or pill: half the shorter side of the output.</summary>
    public static CornerRadius Max { get; } = new(int.MaxValue);

    /// <summary>px; <see cref="int.MaxValue"/> where <see cref="IsMax"/>.</summary>
    public int Px { get; }

    public bool IsMax => Px == int.MaxValue;

    /// <summary>The text in a URL: <c>24</c> or <c>max</c>.</summary>
    public string Text => IsMax ? "max" : Px.ToString(CultureInfo.InvariantCulture);

    /// <summary>A radius in px, 0 or more.</summary>
    public static CornerRadius Of(int px) => new(px);

    /// <summary>Times a device pixel ratio, floored.</summary>
    public CornerRadius Times(double ratio) => IsMax ? this : new(OperationNumbers.Times(Px, ratio, OperationsGrammar.MaxSidePx));

    /// <summary><see cref="Max"/> where the radius reaches half the shorter side of an output, else itself.</summary>
    public CornerRadius On(int width, int height) => 2L * Px >= Math.Min(width, height) ? Max : this;

    internal static CornerRadius? Read(ReadOnlySpan<char> text) =>
        text is "max" ? Max : OperationNumbers.ReadFloor(text) is { } px and <= OperationsGrammar.MaxSidePx ? new CornerRadius(px) : null;
}
