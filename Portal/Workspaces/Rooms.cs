using ImageService.Portal.Client;
using MudBlazor;

namespace ImageService.Portal.Workspaces;

/// <summary>Which pages there are at a level for a person: only those whose every look would not be refused.</summary>
internal static class Rooms
{
    // Every page of an organization that a role must allow; what is not named here is open to each of its members.
    private static readonly Dictionary<string, Func<Workspace, Level, bool>> Organization = new(StringComparer.Ordinal)
    {
        ["usage"] = static (workspace, at) => workspace.MaySomewhere("usage:read", at),
        ["members"] = static (workspace, at) => workspace.MaySomewhere("tenant:write", at),
        ["api-keys"] = static (workspace, at) => workspace.MaySomewhere("key:write", at),
        ["signing-keys"] = static (workspace, at) => workspace.MaySomewhere("key:write", at),
        ["webhooks"] = static (workspace, at) => workspace.May("tenant:write", at),
        ["edges"] = static (workspace, at) => workspace.MaySomewhere("image:write", at),
        ["jobs"] = static (workspace, at) => workspace.May("tenant:write", at),
        ["explain"] = static (workspace, at) => workspace.MaySomewhere("image:read", at),
        ["identity"] = static (workspace, at) => workspace.May("tenant:write", at),
        ["audit"] = static (workspace, at) => workspace.May("audit:read", at),
        ["setup"] = static (workspace, at) => workspace.May("tenant:write", at),
        ["presets"] = static (_, _) => true,
        ["overlays"] = static (_, _) => true,
        ["policies"] = static (_, _) => true,
    };

    private static readonly Dictionary<string, Func<Workspace, Level, bool>> Space = new(StringComparer.Ordinal)
    {
        [""] = static (workspace, at) => workspace.May("image:read", at),
        ["playground"] = static (workspace, at) => workspace.May("image:read", at),
        ["imports"] = static (workspace, at) => workspace.May("image:read", at),
        ["trash"] = static (workspace, at) => workspace.May("image:read", at),
        ["settings"] = static (workspace, at) => workspace.May("tenant:write", at),
    };

    /// <summary>Path segments after the organization that are pages, and thus no tenants.</summary>
    public static IReadOnlyCollection<string> OrganizationPages => Organization.Keys;

    public static IReadOnlyList<Room> OfSpace(Workspace workspace, Level space)
    {
        List<Room> rooms = [];
        void Add(string name, string page, string icon, string? key = null)
        {
            if (IsOpen(Space, page, workspace, space))
                rooms.Add(new(name, page.Length == 0 ? space.Address : $"{space.Address}/{page}", icon, key));
        }

        Add("Library", "", Icons.Material.Rounded.PhotoLibrary, "l");
        Add("Playground", "playground", Icons.Material.Rounded.Science);
        Add("Presets", "presets", Icons.Material.Rounded.AutoFixHigh, "p");
        Add("Overlays", "overlays", Icons.Material.Rounded.BrandingWatermark);
        Add("Policies", "policies", Icons.Material.Rounded.Rule);
        Add("Old addresses", "hosts", Icons.Material.Rounded.Dns);
        Add("Imports", "imports", Icons.Material.Rounded.FolderZip);
        Add("Trash", "trash", Icons.Material.Rounded.DeleteOutline, "t");
        Add("Settings", "settings", Icons.Material.Rounded.Settings);
        return rooms;
    }

    public static IReadOnlyList<Room> OfOrganization(Workspace workspace, string organization)
    {
        var whole = new Level(organization);
        List<Room> rooms = [new("Home", whole.Address, Icons.Material.Rounded.Home, "h")];
        void Add(string name, string page, string icon, string? key = null)
        {
            if (IsOpen(Organization, page, workspace, whole))
                rooms.Add(new(name, $"{whole.Address}/{page}", icon, key));
        }

        Add("Usage", "usage", Icons.Material.Rounded.BarChart, "u");
        Add("Members", "members", Icons.Material.Rounded.Group, "m");
        Add("API keys", "api-keys", Icons.Material.Rounded.Key, "k");
        Add("Signing keys", "signing-keys", Icons.Material.Rounded.Draw, "s");
        Add("Webhooks", "webhooks", Icons.Material.Rounded.Webhook, "w");
        Add("Caches", "edges", Icons.Material.Rounded.CloudSync);
        Add("Jobs", "jobs", Icons.Material.Rounded.Work, "j");
        Add("Explain an address", "explain", Icons.Material.Rounded.HelpOutline, "e");
        Add("Presets of all", "presets", Icons.Material.Rounded.AutoFixHigh);
        Add("Overlays and fonts", "overlays", Icons.Material.Rounded.BrandingWatermark);
        Add("Policies of all", "policies", Icons.Material.Rounded.Rule);
        Add("Identity provider", "identity", Icons.Material.Rounded.Badge);
        Add("Audit log", "audit", Icons.Material.Rounded.History, "a");
        return rooms;
    }

    /// <summary>Whether the page of a path is one that the person's roles open, however they came to its address.</summary>
    public static bool IsOpen(Workspace workspace, string path)
    {
        var parts = Split(path);
        return LevelOf(path) switch
        {
            { Space: not null } space => IsOpen(Space, parts.Length > 4 ? parts[4] : "", workspace, space),
            { Tenant: null } organization when parts.Length > 2 => IsOpen(Organization, parts[2], workspace, organization),
            null when parts is ["system"] => workspace.Person is { Administrator: true },
            _ => true,
        };
    }

    /// <summary>The level a page's path is at; null outside of every organization.</summary>
    public static Level? LevelOf(string path) => Split(path) switch
    {
        ["o", var organization, var tenant, var space, ..] when !Organization.ContainsKey(tenant) => new Level(organization, tenant, space),
        ["o", var organization, var tenant] when !Organization.ContainsKey(tenant) => new Level(organization, tenant),
        ["o", var organization, ..] => new Level(organization),
        _ => null,
    };

    private static string[] Split(string path) => [.. path.Split('?', '#')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];

    private static bool IsOpen(Dictionary<string, Func<Workspace, Level, bool>> pages, string page, Workspace workspace, Level at) =>
        !pages.TryGetValue(page, out var may) || may(workspace, at);
}
