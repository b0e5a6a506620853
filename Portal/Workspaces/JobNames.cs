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
        "measure_encodings" => "Measure what an image needs in each format",
        "prewarm_ladder" => "Make an image's other widths ahead",
        "move_stores" => "Move images to another store",
        "message edges_stale" => "Purge caches in front",
        _ when kind.StartsWith("message ", StringComparison.Ordinal) => $"Take note: {Fact(kind["message ".Length..])}",
        _ => kind.Replace('_', ' '),
    };

    private static string Fact(string type) => type switch
    {
        "asset_uploaded" => "an image was uploaded",
        "asset_changed" => "an image was changed",
        "asset_deleted" => "an image was deleted",
        "asset_version_deleted" => "a version of an image was deleted",
        "asset_purged" => "an image was removed for good",
        "preset_changed" => "a preset was changed",
        "variants_invalidated" => "stored images were dropped",
        "variant_ready" => "a variant is ready",
        "quota_warning" => "a quota is nearly used up",
        "job_retry_requested" => "a job is wanted once more",
        "ladder_step_made" => "a width was asked for the first time",
        "import_requested" => "an import is wanted",
        "store_move_requested" => "a move to another store is wanted",
        "webhook_redelivery_requested" => "a webhook is wanted once more",
        _ => type.Replace('_', ' '),
    };
}
