using ImageService.Core.Engine.Metadata;
using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Replaces all metadata by artist and copyright alone.</summary>
internal static class KeepCopyright
{
    /// <param name="image">About to be encoded.</param>
    /// <param name="copyright">What survives.</param>
    /// <param name="run">Owner of what is made.</param>
    /// <param name="description">ImageDescription to add; null: none.</param>
    /// <param name="orientation">Stays to be said where the picture is not upright.</param>
    public static Image Apply(Image image, Copyright copyright, TransformRun run, string? description = null, int orientation = 1)
    {
        var exif = ExifWriter.Write(orientation, copyright, description);
        return run.Keep(image.Mutate(bare =>
        {
            foreach (var field in image.GetFields())
            {
                if (field.StartsWith("exif-", StringComparison.Ordinal) || field is "orientation" or "xmp-data" or "iptc-data" or "photoshop-data")
                    bare.Remove(field);
            }

            if (exif.Length > 0)
                bare.Set(GValue.BlobType, "exif-data", (byte[])[.. "Exif\0\0"u8, .. exif]);
        }));
    }
}
