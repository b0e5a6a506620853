using System.Net;
using System.Text;

namespace ImageService.Api.OpenApi;

/// <summary>
/// <c>docs/errors.md</c> as a web page with an anchor for each code: what a problem's <c>type</c> points to. Understands just what that file uses:
/// headings, paragraphs, and inline code.
/// </summary>
internal sealed class ErrorPage
{
    private const string Resource = "errors.md";

    public ErrorPage()
    {
        using var stream = typeof(ErrorPage).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded in the assembly.");
        using var reader = new StreamReader(stream);
        Html = Render(reader.ReadToEnd());
    }

    public string Html { get; }

    internal static string Render(string markdown)
    {
        var html = new StringBuilder(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Error codes</title>"
            + "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}code{background:#8883;padding:.1em .3em;border-radius:3px}:target{background:#fd06}"
            + "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}</style></head><body><main>");
        foreach (var block in markdown.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var level = block.TakeWhile(static letter => letter == '#').Count();
            var text = Inline(block[level..].Trim());
            if (level == 0)
                html.Append("<p>").Append(text).Append("</p>");
            else
                html.Append($"<h{level} id=\"{WebUtility.HtmlEncode(block[level..].Trim().Trim('`'))}\">{text}</h{level}>");
        }

        return html.Append("</main></body></html>").ToString();
    }

    /// <summary>Every second piece between backticks is code.</summary>
    private static string Inline(string text) =>
        string.Concat(text.Split('`')
            .Select(static (piece, index) => index % 2 == 0 ? WebUtility.HtmlEncode(piece) : $"<code>{WebUtility.HtmlEncode(piece)}</code>"));
}
