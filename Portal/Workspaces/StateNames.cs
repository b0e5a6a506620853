namespace ImageService.Portal.Workspaces;

/// <summary>How far what goes on in the background is, in words.</summary>
internal static class StateNames
{
    public static string Of(string state) => state switch
    {
        "queued" or "pending" => "waiting",
        "running" => "running",
        "copying" => "copying",
        "cleaning" => "removing what was moved",
        "done" or "completed" => "done",
        "stopped" => "stopped",
        "failed" => "failed",
        "delivered" => "delivered",
        "retrying" => "will be tried again",
        "abandoned" => "given up",
        _ => state.Replace('_', ' '),
    };
}
