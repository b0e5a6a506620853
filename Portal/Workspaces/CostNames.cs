namespace ImageService.Portal.Workspaces;

/// <summary>Lines of a bill in words.</summary>
internal static class CostNames
{
    public static string Of(string layer) => layer switch
    {
        "delivery" => "Images sent",
        "transforms" => "Images made",
        "storage_writes" => "Writes to the store",
        _ when layer.StartsWith("storage_", StringComparison.Ordinal) => $"Held, {TierNames.Of(layer["storage_".Length..])}",
        _ => layer.Replace('_', ' '),
    };

    public static string Where(string provider) => provider switch { "network" => "to browsers", "cpu" => "on processors", _ => $"store {provider}" };
}
