using System.Text;
using System.Text.Json.Nodes;

namespace ImageService.AppHost;

/// <summary>What a person reads first: each line works when pasted as printed, in any folder.</summary>
internal static class DemoBanner
{
    /// <summary>A picture that everybody has who has the source.</summary>
    public static string Picture(string appHostDirectory) => Path.GetFullPath(Path.Combine(appHostDirectory, "..", "docs", "images", "portal.png"));

    /// <param name="summary">What <c>--summary</c> holds: without a demo only addresses and the platform key.</param>
    /// <param name="dashboard">The link that opens Aspire's dashboard; null where it does not run.</param>
    /// <param name="picture">Absolute path of a picture to upload.</param>
    public static string Write(JsonObject summary, string? dashboard, string picture)
    {
        var demo = summary["apiKey"] is not null;
        var text = new StringBuilder("\nImageService is ready.\n\n");
        Line("Portal", summary["portal"]);
        if (demo)
            Line("", $"sign in as {summary["portalUser"]} with {summary["portalPassword"]}");
        Line("API", $"{summary["api"]}   (documentation: {summary["api"]}/docs)");
        if (demo)
            Line("API key", summary["apiKey"]);
        Line("Platform key", summary["platformKey"]);
        Line("Worker", demo ? $"{summary["worker"]}   (jobs: {summary["worker"]}/hangfire)" : summary["worker"]);
        if (dashboard is not null)
            Line("Dashboard", $"{dashboard}   (logs, traces, metrics)");
        if (demo)
        {
            text.Append($"""

                  A public image, resized and converted by its URL:
                    {summary["publicUrl"]}
                  A private image, signed:
                    {summary["signedUrl"]}
                  Upload a picture (this one, or a photo of yours):
                    curl -H 'X-API-Key: {summary["apiKey"]}' -F tenant={summary["tenant"]} -F space={summary["spaces"]?["public"]} -F 'file=@"{picture.Replace("'", @"'\''", StringComparison.Ordinal)}"' {summary["api"]}/v1/assets

                """);
        }

        return text.Append("\nCtrl+C stops everything.\n").ToString();

        void Line(string name, object? value) => text.Append($"  {name,-15}{value}\n");
    }
}
