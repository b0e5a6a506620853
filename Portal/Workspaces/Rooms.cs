using ImageService.Portal.Client;
using MudBlazor;

namespace ImageService.Portal.Workspaces;

/// <summary>Which pages there are at a level for a person: only those whose every look would not be refused.</summary>
internal static class Rooms
{
    /// <summary>Path segments after the organization that are pages, and thus no tenants.</summary>
    public static IReadOnlySet<string> OrganizationPages { get; } =
        new HashSet<string>(["members", "api-keys", "signing-keys", "identity", "webhooks", "edges", "usage", "audit", "policies", "presets", "overlays", "explain", "jobs", "setup"], StringComparer.Ordinal);

    public static IReadOnlyList<Room> OfSpace(Workspace workspace, Level space)
    {
        List<Room> rooms = [];
        if (workspace.May("image:read", space)) rooms.Add(new("Library", space.Address, Icons.Material.Rounded.PhotoLibrary, "l"));
        rooms.Add(new("Presets", $"{space.Address}/presets", Icons.Material.Rounded.AutoFixHigh, "p"));
        rooms.Add(new("Overlays", $"{space.Address}/overlays", Icons.Material.Rounded.BrandingWatermark));
        rooms.Add(new("Policies", $"{space.Address}/policies", Icons.Material.Rounded.Rule));
        rooms.Add(new("Old addresses", $"{space.Address}/hosts", Icons.Material.Rounded.Dns));
        if (workspace.May("image:read", space))
        {
            rooms.Add(new("Imports", $"{space.Address}/imports", Icons.Material.Rounded.FolderZip));
            rooms.Add(new("Trash", $"{space.Address}/trash", Icons.Material.Rounded.DeleteOutline, "t"));
        }

        if (workspace.May("tenant:write", space)) rooms.Add(new("Settings", $"{space.Address}/settings", Icons.Material.Rounded.Settings));
        return rooms;
    }

    public static IReadOnlyList<Room> OfOrganization(Workspace workspace, string organization)
    {
        var whole = new Level(organization);
        List<Room> rooms = [new("Home", whole.Address, Icons.Material.Rounded.Home, "h")];
        void Add(bool may, string name, string page, string icon, string? key = null)
        {
            if (may) rooms.Add(new(name, $"{whole.Address}/{page}", icon, key));
        }

        Add(workspace.MaySomewhere("usage:read", whole), "Usage", "usage", Icons.Material.Rounded.BarChart, "u");
        Add(workspace.MaySomewhere("tenant:write", whole), "Members", "members", Icons.Material.Rounded.Group, "m");
        Add(workspace.MaySomewhere("key:write", whole), "API keys", "api-keys", Icons.Material.Rounded.Key, "k");
        Add(workspace.MaySomewhere("key:write", whole), "Signing keys", "signing-keys", Icons.Material.Rounded.Draw, "s");
        Add(workspace.May("tenant:write", whole), "Webhooks", "webhooks", Icons.Material.Rounded.Webhook, "w");
        Add(workspace.MaySomewhere("image:write", whole), "Caches", "edges", Icons.Material.Rounded.CloudSync);
        Add(workspace.May("tenant:write", whole), "Jobs", "jobs", Icons.Material.Rounded.Work, "j");
        Add(workspace.MaySomewhere("image:read", whole), "Explain an address", "explain", Icons.Material.Rounded.HelpOutline, "e");
        Add(true, "Presets of all", "presets", Icons.Material.Rounded.AutoFixHigh);
        Add(true, "Overlays and fonts", "overlays", Icons.Material.Rounded.BrandingWatermark);
        Add(true, "Policies of all", "policies", Icons.Material.Rounded.Rule);
        Add(workspace.May("tenant:write", whole), "Identity provider", "identity", Icons.Material.Rounded.Badge);
        Add(workspace.May("audit:read", whole), "Audit log", "audit", Icons.Material.Rounded.History, "a");
        return rooms;
    }

    /// <summary>The level a page's path is at; null outside of every organization.</summary>
    public static Level? LevelOf(string path)
    {
        var parts = path.Split('?', '#')[0].Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        return parts switch
        {
            ["o", var organization, var tenant, var space, ..] when !OrganizationPages.Contains(tenant) => new Level(organization, tenant, space),
            ["o", var organization, var tenant] when !OrganizationPages.Contains(tenant) => new Level(organization, tenant),
            ["o", var organization, ..] => new Level(organization),
            _ => null,
        };
    }
}
