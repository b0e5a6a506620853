namespace ImageService.Portal.Workspaces;

/// <summary>What webhooks tell of, and what becomes of it, in words.</summary>
internal static class EventNames
{
    public static IReadOnlyList<(string Name, string Text)> All { get; } =
        [("asset.uploaded", "an image was uploaded"), ("asset.deleted", "an image was deleted"), ("variant.ready", "a variant is ready"),
            ("quota.warning", "a quota is nearly used up")];

    public static string Of(string name) => All.FirstOrDefault(one => one.Name == name).Text ?? name;
}
