using ImageMagick;
using ImageService.Core.Overlays;
using ImageService.Core.Registry;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>Overlays, presets and the policy <c>watermark</c> of a test's space, and whether a picture carries the mark.</summary>
internal static class Watermarks
{
    /// <summary>The lower right corner in magenta.</summary>
    public const string Mark = """[{"type":"shape","shape":"rect","color":"f0f","width":"20%","height":"20%","gravity":"southeast"}]""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The policy, as it is given to <see cref="GatewayStack.NewSpaceAsync"/>.</summary>
    public static (string Key, string Json) Policy(int minWidth) => ("watermark", $$"""{"overlay":"mark","minWidth":{{minWidth}}}""");

    /// <summary>Makes an overlay of the space's organization.</summary>
    public static async Task OverlayAsync(StackSpace space, string slug, string elements)
    {
        OverlayElements.Read(elements).Error.ShouldBeNull();
        await using var db = space.Db();
        var overlay = new Overlay
        {
            OrganizationId = space.OrganizationId, Slug = slug, Name = slug, CreatedAt = DateTimeOffset.UtcNow,
            UpdatedAt = DateTimeOffset.UtcNow
        };
        overlay.Revisions.Add(new OverlayRevisionRow { OrganizationId = space.OrganizationId, OverlayId = overlay.Id, Revision = 1, Elements = elements });
        db.Overlays.Add(overlay);
        await db.SaveChangesAsync(Ct);
    }

    public static async Task PresetAsync(StackSpace space, string slug, string operations)
    {
        await using var db = space.Db();
        var preset = new Preset { OrganizationId = space.OrganizationId, Slug = slug, Name = slug };
        preset.Revisions.Add(new PresetRevisionRow { OrganizationId = space.OrganizationId, PresetId = preset.Id, Revision = 1, Operations = operations });
        db.Presets.Add(preset);
        await db.SaveChangesAsync(Ct);
    }

    /// <summary>Whether every frame has the mark's magenta where it belongs; read by ImageMagick, which knows every format that is delivered.</summary>
    public static bool IsOn(byte[] bytes)
    {
        using var frames = new MagickImageCollection(bytes);
        frames.Coalesce();
        return frames.Count > 0 && frames.All(static frame =>
        {
            using var pixels = frame.GetPixels();
            var colour = pixels.GetPixel((int)(frame.Width * 0.86), (int)(frame.Height * 0.86)).ToColor()!.ToByteArray();
            return colour[0] > 200 && colour[1] < 80 && colour[2] > 200;
        });
    }
}
