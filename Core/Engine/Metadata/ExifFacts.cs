using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageService.Core.Engine.Metadata;

/// <summary>The part of EXIF data that may be shown to anyone who sees the asset: how the picture was taken and whose it is, never where.</summary>
internal static class ExifFacts
{
    private const ushort ExifDirectory = 0x8769;

    /// <summary>EXIF orientation, 1 to 8; 1 where none is stored or it is out of range.</summary>
    public static int Orientation(ReadOnlySpan<byte> exif) => TiffDirectory.Main(exif).Number(0x0112) is >= 1 and <= 8 and var value ? (int)value : 1;

    /// <summary>Artist and copyright; nulls where not stored.</summary>
    public static Copyright Copyright(ReadOnlySpan<byte> exif)
    {
        var main = TiffDirectory.Main(exif);
        return new Copyright(main.Text(0x013B), main.Text(0x8298));
    }

    /// <summary>The public subset as a JSON object; null where nothing of it is stored.</summary>
    public static JsonDocument? Read(ReadOnlySpan<byte> exif)
    {
        var main = TiffDirectory.Main(exif);
        var detail = main.Sub(ExifDirectory);
        var json = new JsonObject();
        Add(json, "make", main.Text(0x010F));
        Add(json, "model", main.Text(0x0110));
        Add(json, "artist", main.Text(0x013B));
        Add(json, "copyright", main.Text(0x8298));
        Add(json, "takenAt", detail.Text(0x9003));
        Add(json, "lens", detail.Text(0xA434));
        Add(json, "exposureSeconds", detail.Ratio(0x829A));
        Add(json, "aperture", detail.Ratio(0x829D));
        Add(json, "focalLengthMm", detail.Ratio(0x920A));
        Add(json, "iso", detail.Number(0x8827));
        return json.Count == 0 ? null : JsonDocument.Parse(json.ToJsonString());
    }

    private static void Add<T>(JsonObject json, string name, T? value)
    {
        if (value is not null)
            json[name] = JsonValue.Create(value);
    }
}

/// <summary>Whose picture it is.</summary>
/// <param name="Artist">EXIF Artist or IPTC By-line.</param>
/// <param name="Notice">EXIF Copyright or IPTC Copyright Notice.</param>
internal readonly record struct Copyright(string? Artist, string? Notice)
{
    public bool IsEmpty => Artist is null && Notice is null;

    /// <summary>This one's parts, the other's where this one has none.</summary>
    public Copyright Or(Copyright other) => new(Artist ?? other.Artist, Notice ?? other.Notice);
}
