namespace ImageService.Core.Policies;

/// <summary>
/// The widths that public spaces make where nobody chose others: what made-up URLs can cost is then bounded. Steps are the widths of real layouts times
/// their device pixel ratios, so that a page
/// that asks for what it shows meets one: icons and avatars (16 to 96 CSS px at 1 to 3), cards (160 to 320 at 1 to 3), phones (360 to 430 at 2 and 3),
/// tablets (768 to 1024), desktops (1280 to 1920
/// at 1 and 2); among them every default width of Next.js. From 96 px on a step is at most 1.5 times the one below.
/// </summary>
public static class PublicLadder
{
    /// <summary>px, ascending.</summary>
    public static IReadOnlyList<int> Widths { get; } =
        [16, 32, 48, 64, 96, 128, 192, 256, 320, 384, 480, 640, 750, 828, 960, 1080, 1200, 1440, 1600, 1920, 2048, 2560, 3200, 3840];
}
