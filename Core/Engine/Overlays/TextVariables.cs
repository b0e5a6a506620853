using System.Text.RegularExpressions;
using ImageService.Core.Operations;

namespace ImageService.Core.Engine.Overlays;

/// <summary>Variables in an overlay's text: <c>{t1}</c>, or <c>{t1|what stands there unless it is said}</c>.</summary>
public static partial class TextVariables
{
    /// <summary>The text with its variables replaced.</summary>
    public static string Fill(string text, OverlayTexts? texts) => Pattern().Replace(
        text, match => texts?[NumberOf(match)] ?? match.Groups["otherwise"].Value);

    /// <summary>Numbers of the variables that elements hold.</summary>
    public static IReadOnlySet<int> Of(IEnumerable<OverlayElement> elements) =>
        elements.OfType<OverlayText>().SelectMany(element => Pattern().Matches(element.Text)).Select(NumberOf).ToHashSet();

    private static int NumberOf(Match match) => match.Groups["number"].ValueSpan[0] - '0';

    [GeneratedRegex(@"\{t(?<number>[1-9])(\|(?<otherwise>[^{}]*))?\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
