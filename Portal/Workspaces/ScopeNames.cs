namespace ImageService.Portal.Workspaces;

/// <summary>Scopes in words.</summary>
internal static class ScopeNames
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["image:read"] = "see images",
        ["image:write"] = "upload and change images",
        ["image:delete"] = "delete images",
        ["image:sign"] = "sign addresses for others",
        ["preset:write"] = "change presets, overlays and fonts",
        ["policy:write"] = "change policies",
        ["key:write"] = "make and revoke keys",
        ["tenant:write"] = "manage tenants, spaces, members",
        ["usage:read"] = "see usage",
        ["audit:read"] = "read the audit log",
    };

    public static string Of(string scope) => All.GetValueOrDefault(scope, scope);
}
