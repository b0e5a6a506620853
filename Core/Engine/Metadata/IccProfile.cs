using System.Buffers.Binary;

namespace ImageService.Core.Engine.Metadata;

/// <summary>Reads as much of an ICC profile (ICC.1:2022) as tells whether pixels must be converted to be sRGB. Treats the profile as hostile.</summary>
internal static class IccProfile
{
    // Colorants of sRGB under D50, as in the profiles of the ICC, HP, Adobe, Apple and Google; they differ by rounding.
    private static readonly (string Tag, double X, double Y, double Z)[] SrgbColorants =
        [("rXYZ", 0.4360, 0.2225, 0.0139), ("gXYZ", 0.3851, 0.7169, 0.0971), ("bXYZ", 0.1431, 0.0606, 0.7141)];

    /// <summary>Whether it is an RGB profile with sRGB's primaries and a name that says sRGB; such pixels are left as they are.</summary>
    public static bool IsSrgb(ReadOnlySpan<byte> profile)
    {
        if (profile.Length < 132 || !profile[16..20].SequenceEqual("RGB "u8))
            return false;
        foreach (var (tag, x, y, z) in SrgbColorants)
        {
            var value = Tag(profile, tag);
            if (value.Length < 20 || !Near(value, 8, x) || !Near(value, 12, y) || !Near(value, 16, z))
                return false;
        }

        // "c2" is Facebook's tiny sRGB. Names are ASCII in version 2 and UTF-16 in version 4.
        var name = Tag(profile, "desc");
        return name.IndexOf("sRGB"u8) >= 0 || name.IndexOf("s\0R\0G\0B"u8) >= 0 || (name.Length >= 16 && name[12..14].SequenceEqual("c2"u8));
    }

    private static ReadOnlySpan<byte> Tag(ReadOnlySpan<byte> profile, ReadOnlySpan<char> name)
    {
        var count = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(profile[128..]), 100);
        for (var i = 0; i < count; i++)
        {
            var at = 132 + (i * 12);
            if (at + 12 > profile.Length)
                break;
            var entry = profile.Slice(at, 12);
            if (entry[0] != name[0] || entry[1] != name[1] || entry[2] != name[2] || entry[3] != name[3])
                continue;
            var offset = BinaryPrimitives.ReadUInt32BigEndian(entry[4..]);
            var length = BinaryPrimitives.ReadUInt32BigEndian(entry[8..]);
            return offset <= profile.Length && length <= profile.Length - offset ? profile.Slice((int)offset, (int)length) : default;
        }

        return default;
    }

    // s15Fixed16Number
    private static bool Near(ReadOnlySpan<byte> value, int at, double expected) =>
        Math.Abs((BinaryPrimitives.ReadInt32BigEndian(value[at..]) / 65536.0) - expected) < 0.003;
}
