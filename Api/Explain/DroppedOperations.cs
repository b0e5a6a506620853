using System.Globalization;
using ImageService.Core.Operations;
using ImageService.Core.Variants;

namespace ImageService.Api.Explain;

/// <summary>Says of each operation as written what became of it where the canonical form does not hold it.</summary>
internal static class DroppedOperations
{
    public static IReadOnlyList<DroppedOperation> Of(string written, VariantDescription variant)
    {
        var kept = variant.Canonical.Text.Split('-').ToHashSet(StringComparer.Ordinal);
        var values = kept.Where(static token => token.Contains('_', StringComparison.Ordinal))
            .GroupBy(static token => token[..token.IndexOf('_', StringComparison.Ordinal)], StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.First()[(group.Key.Length + 1)..], StringComparer.Ordinal);
        return [.. written.Split('-')
            .Where(token => !kept.Contains(token) && token is not "original").Select(token => new DroppedOperation(token, Why(token, values, variant)))];
    }

    private static string Why(string token, Dictionary<string, string> values, VariantDescription variant)
    {
        var bar = token.IndexOf('_', StringComparison.Ordinal);
        var (key, value) = bar < 0 ? (token, "") : (token[..bar], token[(bar + 1)..]);
        var now = values.GetValueOrDefault(key);
        return key switch
        {
            "preset" => variant.Preset is { } preset ? $"stands for {OperationsText.Write(preset.Operations)}" : "names no preset in force here",
            "w" when value is "auto" => now is null ? "does nothing: no client hints say a width" : $"becomes {now}: what the client hints ask for",
            "w" when variant.SnappedWidth is { } snapped =>
                string.Create(CultureInfo.InvariantCulture, $"raised to {snapped}, the next step of the width ladder"),
            "w" or "h" when now is not null =>
                string.Create(CultureInfo.InvariantCulture,
                    $"becomes {now}: nothing is enlarged beyond the original's {variant.Source.Width} × {variant.Source.Height}"),
            "w" or "h" => "follows from the other side, or is the original's own",
            "f" or "fmt" when value is "auto" => $"chosen by the browser's Accept: {variant.Canonical.Format.Name()}",
            "fmt" => $"written as fmt_{now}",
            "f" when now is not null => $"means {now} here",
            "f" => "does nothing: with one side, or none, there is no box to fit",
            "g" when now is not null => $"becomes {now}",
            "g" => "does nothing: nothing is cropped or placed",
            "b" when now is not null => $"written as {now}",
            "b" => "does nothing: nothing transparent would show it",
            "q" when now is not null && value is "auto" or "eco" => Automatic(now, variant),
            "q" when now is not null => $"becomes {now}",
            "q" => "does nothing: the format has no quality",
            "o" or "o2" or "o3" => "moves up: overlays close ranks",
            ['t', >= '1' and <= '9'] when now is not null => "stands in it as the digest of its text",
            ['t', >= '1' and <= '9'] => "does nothing: no overlay here has this variable",
            "dpr" => "multiplied into the lengths",
            "r" or "flip" or "flop" => "joined with the other turns and mirrors into the plainest that looks the same",
            "sharpen" or "blur" when now is not null => $"rounded to {now}",
            _ => "changes nothing",
        };
    }

    // Save-Data may have made q_auto the economical one.
    private static string Automatic(string now, VariantDescription variant)
    {
        var format = variant.Canonical.Format;
        var measured = variant.Source.Encodings?.QualityOf(format);
        var less = measured is { } needs && now != needs.ToString(CultureInfo.InvariantCulture) ? ", less a step" : "";
        return measured is null
            ? $"becomes {now}: by the default of {format.Name()}, as this picture was not measured in it"
            : string.Create(CultureInfo.InvariantCulture, $"becomes {now}: this picture needs {measured} as {format.Name()}{less}");
    }
}
