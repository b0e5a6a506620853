namespace ImageService.Portal.Workspaces;

/// <summary>Jobs in words.</summary>
internal static class JobNames
{
    public static string Of(string kind) => kind switch
    {
        "generate_intermediate" => "Make a working copy",
        "generate_preset_variants" => "Make an image's presets ahead",
        "generate_for_preset" => "Make a preset for images already there",
        "run_import" => "Import",
        "deliver_webhook" => "Tell a webhook",
        "message edges_stale" => "Purge caches in front",
        _ when kind.StartsWith("message ", StringComparison.Ordinal) => "Take note: " + kind["message ".Length..].Replace('_', ' '),
        _ => kind.Replace('_', ' '),
    };
}
