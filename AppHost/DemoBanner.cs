using System.Text.Json.Nodes;

namespace ImageService.AppHost;

/// <summary>What a person reads first: each line works when pasted as printed.</summary>
internal static class DemoBanner
{
    public static string Write(JsonObject summary) => $"""

        ImageService is ready.

          Portal         {summary["portal"]}
                         sign in as {summary["portalUser"]} with {summary["portalPassword"]}
          API            {summary["api"]}   (documentation: {summary["api"]}/docs)
          API key        {summary["apiKey"]}
          Platform key   {summary["platformKey"]}
          Worker         {summary["worker"]}   (jobs: {summary["worker"]}/hangfire)

          A public image, resized and converted by its URL:
            {summary["publicUrl"]}
          A private image, signed:
            {summary["signedUrl"]}
          Upload a photo of yours:
            curl -H 'X-API-Key: {summary["apiKey"]}' -F tenant={summary["tenant"]} -F space={summary["spaces"]?["public"]} -F file=@photo.jpg {summary["api"]}/v1/assets

        Ctrl+C stops everything.

        """;

    public static string WriteAddresses(JsonObject summary) => $"""

        ImageService is ready.

          Portal         {summary["portal"]}
          API            {summary["api"]}   (documentation: {summary["api"]}/docs)
          Platform key   {summary["platformKey"]}
          Worker         {summary["worker"]}

        Ctrl+C stops everything.

        """;
}
