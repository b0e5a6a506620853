namespace ImageService.Core.Caching;

/// <summary>
/// The only author of cache tags, by which CDNs forget several URLs at once. Made of slugs, asset ids and <c>:</c>, <c>/</c> only, so a tag needs no escaping
/// in a header, a JSON body or a regular expression. A preset's tag is one for the whole organization, whatever level the preset lives at: purging a little
/// too much is harmless.
/// </summary>
public static class CacheTags
{
    /// <summary><c>org:acme</c></summary>
    public static string Organization(string organization) => $"org:{organization}";

    /// <summary><c>tenant:acme/website</c></summary>
    public static string Tenant(string organization, string tenant) => $"tenant:{organization}/{tenant}";

    /// <summary><c>space:acme/website/marketing</c></summary>
    public static string Space(string organization, string tenant, string space) => $"space:{organization}/{tenant}/{space}";

    /// <summary><c>asset:01KAVW3S8N2V4B6D8F0H2K4M6P</c></summary>
    public static string Asset(string assetId) => $"asset:{assetId}";

    /// <summary><c>preset:acme/thumb</c></summary>
    public static string Preset(string organization, string preset) => $"preset:{organization}/{preset}";

    /// <summary>All tags of one image, from the widest to the narrowest.</summary>
    public static string[] Of(string organization, string tenant, string space, string assetId, string? preset)
    {
        string[] tags = [Organization(organization), Tenant(organization, tenant), Space(organization, tenant, space), Asset(assetId)];
        return preset is null ? tags : [.. tags, Preset(organization, preset)];
    }
}
