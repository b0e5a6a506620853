using System.Globalization;
using ImageService.Portal.Client;

namespace ImageService.Portal.Workspaces;

/// <summary>Where an explained image would come from and what is known of its times, in words.</summary>
internal static class LayerText
{
    public static string Of(ExplainResponse explained)
    {
        var from = explained.Layer switch
        {
            "memory" => "memory",
            "storage" => "the store",
            _ => "nowhere yet: it would be made",
        };
        var looked = explained.LookupMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"; known after {ms:0.##} ms, without its bytes") : "";
        var made = explained.TransformCpuMs is { } cpu ? string.Create(CultureInfo.InvariantCulture, $"; making it took {cpu:N0} ms of CPU time") : "";
        return from + looked + made;
    }
}
