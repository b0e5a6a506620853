using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Demo;

/// <summary>Overlays of the demo organization: a social card, a badge and a mark.</summary>
internal static class DemoOverlays
{
    private static readonly (string Slug, string Name, string Description, string Elements)[] Overlays =
    [
        (
            "social_card",
            "Social card",
            "Headline (t1) and line below it (t2) on a dark band, for 1200 × 630.",
            """
            [
              {"type": "shape", "shape": "rect", "color": "0b1020b0", "width": "100%", "height": "46%", "gravity": "south"},
              {"type": "shape", "shape": "rect", "color": "f7b733", "width": "1%", "height": "28%", "gravity": "southwest", "x": "5%", "y": "9%"},
              {"type": "text", "text": "{t1|Light over the hills}", "font": "noto_sans_bold", "size": "5.6%", "color": "fff", "width": "84%", "lineHeight": 1.15, "gravity": "southwest", "x": "8%", "y": "20%"},
              {"type": "text", "text": "{t2|Notes from the road}", "font": "noto_sans", "size": "2.6%", "color": "ffffffcc", "width": "84%", "gravity": "southwest", "x": "8%", "y": "9%"},
              {"type": "text", "text": "ACME", "font": "noto_sans_bold", "size": "3%", "color": "fff", "outline": {"color": "0008", "width": 2}, "gravity": "northeast", "x": "4%", "y": "5%"}
            ]
            """),
        (
            "badge",
            "Badge",
            "A price or a word (t1) on a disc.",
            """
            [
              {"type": "shape", "shape": "ellipse", "color": "d7263d", "width": "22%", "height": "22%", "gravity": "northeast", "x": "4%", "y": "4%", "outline": {"color": "fff", "width": 3}},
              {"type": "text", "text": "{t1|New}", "font": "noto_sans_bold", "size": "6%", "color": "fff", "align": "center", "width": "22%", "gravity": "northeast", "x": "4%", "y": "11%"}
            ]
            """),
        (
            "mark",
            "Mark",
            "Meant as a watermark.",
            """[{"type": "text", "text": "© Acme", "font": "noto_sans_bold", "size": "4%", "color": "fff", "outline": {"color": "0008", "width": 1}, "opacity": 0.7, "gravity": "southeast", "x": "3%", "y": "3%"}]"""),
    ];

    /// <summary>Adds those that are missing.</summary>
    public static async Task AddAsync(RegistryDb db, Guid organizationId, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var (slug, name, description, elements) in Overlays)
        {
            if (await db.Overlays.AnyAsync(row => row.OrganizationId == organizationId && row.TenantId == null && row.Slug == slug, ct))
                continue;
            var overlay = new Overlay
            {
                OrganizationId = organizationId, Slug = slug, Name = name, Description = description, CreatedAt = now,
                UpdatedAt = now
            };
            db.Overlays.Add(overlay);
            db.OverlayRevisions.Add(
                new OverlayRevisionRow { OrganizationId = organizationId, OverlayId = overlay.Id, Revision = 1, Elements = elements, CreatedAt = now });
        }
    }
}
