namespace ImageService.Portal.Workspaces;

/// <summary>One page in the side bar and the command palette.</summary>
/// <param name="Name">For people.</param>
/// <param name="Address">Path.</param>
/// <param name="Icon">SVG.</param>
/// <param name="Key">Second key after <c>g</c>; null for none.</param>
public sealed record Room(string Name, string Address, string Icon, string? Key = null);
