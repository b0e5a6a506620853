namespace ImageService.Core.Signing;

/// <summary>
/// What one signature for a whole <c>srcset</c> covers (contract, "One signature for a srcset"): an image's path without the operations that make sizes,
/// qualities
/// and formats of one picture. The edge functions in <c>deploy/edge</c> do the same and share its test vectors.
/// </summary>
public static class PathTemplate
{
    private const string Nothing = "any";
    private static readonly string[] Free = ["w_", "h_", "dpr_", "q_", "fmt_"];

    /// <summary>
    /// The template of a path: <c>…/v3/preset_card-w_400.webp</c> becomes <c>…/v3/preset_card.*</c>, and <c>…/w_400-f_auto.jpg</c> becomes <c>…/any.*</c>.
    /// A path whose last part has no extension is its own template.
    /// </summary>
    /// <param name="path">As received, still percent-encoded, without the query.</param>
    public static string Of(string path)
    {
        var start = path.LastIndexOf('/') + 1;
        var dot = path.LastIndexOf('.');
        if (dot < start)
            return path;
        var kept = path[start..dot].Split('-').Where(token => !IsFree(token)).ToArray();
        return $"{path[..start]}{(kept.Length == 0 ? Nothing : string.Join('-', kept))}.*";
    }

    private static bool IsFree(string token) => token == "f_auto" || Array.Exists(Free, name => token.StartsWith(name, StringComparison.Ordinal));
}
