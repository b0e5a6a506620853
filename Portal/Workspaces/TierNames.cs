namespace ImageService.Portal.Workspaces;

/// <summary>Tiers of a store in words.</summary>
internal static class TierNames
{
    public static string Of(string tier) => tier switch
    {
        "hot" => "at hand",
        "warm" => "seldom used",
        "cold" => "put away",
        _ => tier,
    };
}
