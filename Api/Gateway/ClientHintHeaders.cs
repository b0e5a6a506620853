using ImageService.Core.Operations;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>Client hints of a request, and what its answer says about them: asked for and varied by only where they decide something.</summary>
internal static class ClientHintHeaders
{
    private const string Accepted = "Sec-CH-Width, Sec-CH-DPR, Sec-CH-Viewport-Width, Width, DPR, Viewport-Width";
    private const string SaveData = "Save-Data";

    /// <summary>Whether a hint can decide anything; a preset may leave width or quality to it.</summary>
    public static bool Matter(ImageOperations written) =>
        written.Width is OperationsGrammar.AutoWidth || written.Quality is { IsAuto: true } || written.Preset is not null;

    public static ClientHints Read(IHeaderDictionary headers) => ClientHints.Read(
        Of(headers, "Sec-CH-Width", "Width"), Of(headers, "Sec-CH-Viewport-Width", "Viewport-Width"), Of(headers, "Sec-CH-DPR", "DPR"), headers[SaveData]);

    /// <summary>Says by which hints the answer varies.</summary>
    /// <param name="headers">Of the answer.</param>
    /// <param name="written">The URL's operations.</param>
    /// <param name="preset">Those of its preset; null where it names none.</param>
    public static void Vary(IHeaderDictionary headers, ImageOperations written, ImageOperations? preset)
    {
        if ((written.Width ?? preset?.Width) is OperationsGrammar.AutoWidth)
        {
            headers["Accept-CH"] = Accepted;
            headers.Append("Vary", Accepted);
        }

        if ((written.Quality ?? preset?.Quality) is { IsAuto: true, IsEconomical: false })
            headers.Append("Vary", SaveData);
    }

    private static string? Of(IHeaderDictionary headers, string name, string before) => headers.TryGetValue(name, out var value) ? value : headers[before];
}
