using ImageService.Core.Operations;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>Client hints of a request, and what its answer says about them: asked for and varied by only where they decide something.</summary>
internal static class ClientHintHeaders
{
    private const string Accepted = "Sec-CH-Width, Sec-CH-DPR, Sec-CH-Viewport-Width, Width, DPR, Viewport-Width";
    private const string SaveData = "Save-Data";

    public static ClientHints Read(IHeaderDictionary headers) => ClientHints.Read(
        Of(headers, "Sec-CH-Width", "Width"), Of(headers, "Sec-CH-Viewport-Width", "Viewport-Width"), Of(headers, "Sec-CH-DPR", "DPR"), headers[SaveData]);

    /// <summary>Says by which hints the answer varies.</summary>
    /// <param name="http">The request.</param>
    /// <param name="written">The URL's operations.</param>
    /// <param name="preset">Those of its preset; null where it names none.</param>
    public static void Vary(HttpContext http, ImageOperations written, ImageOperations? preset)
    {
        if ((written.Width ?? preset?.Width) is OperationsGrammar.AutoWidth)
        {
            http.Response.Headers["Accept-CH"] = Accepted;
            http.Response.Headers.Append("Vary", Accepted);
        }

        if ((written.Quality ?? preset?.Quality) is { IsAuto: true, IsEconomical: false })
            http.Response.Headers.Append("Vary", SaveData);
    }

    private static string? Of(IHeaderDictionary headers, string name, string before) => headers.TryGetValue(name, out var value) ? value : headers[before];
}
