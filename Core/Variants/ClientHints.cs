using System.Globalization;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Presets;

namespace ImageService.Core.Variants;

/// <summary>What a browser says of itself beside <c>Accept</c>.</summary>
/// <param name="Width">px of the device that the picture will take; null where it says nothing.</param>
/// <param name="SavesData">Whether it asks for less (<c>Save-Data: on</c>).</param>
public readonly record struct ClientHints(int? Width, bool SavesData)
{
    private const double MostDpr = 10;

    /// <summary>
    /// Reads the headers' values (Responsive Image Client Hints; the names without <c>Sec-CH-</c> are those of before): a width, else the viewport's times
    /// the device pixel ratio. What cannot be read says nothing.
    /// </summary>
    public static ClientHints Read(string? width, string? viewport, string? dpr, string? saveData)
    {
        var px = Number(width) ?? (Number(viewport) is { } wide ? Math.Ceiling(Math.Round(wide * Math.Min(Number(dpr) ?? 1, MostDpr), 3)) : (double?)null);
        return new ClientHints(px is >= 1 ? (int)Math.Min(Math.Ceiling(px.Value), OperationsGrammar.MaxSidePx) : null, SaysOn(saveData));
    }

    private static double? Number(string? text) =>
        text is { Length: > 0 and < 12 } && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number : null;

    private static bool SaysOn(string? saveData) => saveData is not null && saveData.Split(';')[0].Trim().Equals("on", StringComparison.OrdinalIgnoreCase);
}

/// <summary>What client hints decide of a request; nothing where it leaves nothing to them.</summary>
/// <param name="Width">The step of the ladder that they lead to, px; 0 where they decide none.</param>
/// <param name="SavesData">Whether the quality is lowered.</param>
internal readonly record struct HintedChoice(int Width, bool SavesData)
{
    public static HintedChoice Of(VariantRequest request, PresetRevision? preset)
    {
        var (written, beneath) = (request.Operations, preset?.Operations);
        var width = (written.Width ?? beneath?.Width) is OperationsGrammar.AutoWidth && request.Hints.Width is { } asked
            ? Step(request.Space.Policy, asked) : 0;
        return new HintedChoice(width, request.Hints.SavesData && (written.Quality ?? beneath?.Quality) is { IsAuto: true });
    }

    /// <summary>The URL's operations and its preset's, with what is decided put in.</summary>
    public (ImageOperations Written, PresetRevision? Preset) In(ImageOperations written, PresetRevision? preset)
    {
        if ((written.Width ?? preset?.Operations.Width) is OperationsGrammar.AutoWidth)
        {
            // The hint is in px of the device already.
            int? said = Width == 0 ? null : Math.Max(1, (int)(Width / (written.Dpr ?? preset?.Operations.Dpr ?? 1)));
            if (written.Width is not null)
                written = written with { Width = said };
            else
                preset = preset! with { Operations = preset.Operations with { Width = said } };
        }

        if (!SavesData)
            return (written, preset);
        return written.Quality is not null
            ? (written with { Quality = Quality.Economical }, preset)
            : (written, preset! with { Operations = preset.Operations with { Quality = Quality.Economical } });
    }

    /// <summary>The next step of the space's ladder, or of the public one where it has none; above the last, the last.</summary>
    private static int Step(EffectivePolicy policy, int width)
    {
        var last = Math.Min(width, policy.MaxOutputWidth);
        foreach (var step in policy.WidthLadder.Count > 0 ? policy.WidthLadder : PublicLadder.Widths)
        {
            if (step > policy.MaxOutputWidth)
                break;
            last = step;
            if (step >= width)
                break;
        }

        return last;
    }
}
