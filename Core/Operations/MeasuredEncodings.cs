using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImageService.Core.Operations;

/// <summary>What one picture takes in each format at equal looks, measured once for a version of an asset and the same ever after. Immutable.</summary>
public sealed class MeasuredEncodings
{
    private const string QualityName = "q";
    private const string BytesName = "bytes";
    private readonly Dictionary<ImageFormat, MeasuredEncoding> _byFormat;

    /// <summary>Nothing was measured.</summary>
    public static MeasuredEncodings None { get; } = new(new Dictionary<ImageFormat, MeasuredEncoding>());

    /// <param name="byFormat">Of each format that was tried.</param>
    public MeasuredEncodings(IReadOnlyDictionary<ImageFormat, MeasuredEncoding> byFormat)
    {
        _byFormat = new Dictionary<ImageFormat, MeasuredEncoding>(byFormat);
        Order = [.. _byFormat.OrderBy(static pair => pair.Value.Bytes).ThenBy(static pair => pair.Key).Select(static pair => pair.Key)];
    }

    /// <summary>The formats that were tried, the smallest file first.</summary>
    public IReadOnlyList<ImageFormat> Order { get; }

    /// <summary>The quality, 1 to 100, at which a format looks as the picture should; null where that was not measured.</summary>
    public int? QualityOf(ImageFormat format) => _byFormat.TryGetValue(format, out var measured) ? measured.Quality : null;

    /// <summary>Reads what <see cref="Write"/> wrote; null for null, and for what cannot be read.</summary>
    public static MeasuredEncodings? Read(string? json)
    {
        if (json is null || JsonNode.Parse(json) is not JsonObject members)
            return null;
        var byFormat = new Dictionary<ImageFormat, MeasuredEncoding>();
        foreach (var (name, value) in members)
        {
            // A format that a newer server wrote is none of ours.
            if (ImageFormats.TryParse(name, out var format) && value is JsonObject measured && (int?)measured[BytesName] is { } bytes)
                byFormat[format] = new MeasuredEncoding((int?)measured[QualityName], bytes);
        }

        return byFormat.Count > 0 ? new MeasuredEncodings(byFormat) : null;
    }

    /// <summary>A JSON object by format: <c>{"jpg":{"q":78,"bytes":20480},"png":{"bytes":90000}}</c>.</summary>
    public string Write()
    {
        var members = new JsonObject();
        foreach (var (format, measured) in _byFormat)
        {
            var value = new JsonObject { [BytesName] = measured.Bytes };
            if (measured.Quality is { } quality)
                value[QualityName] = quality;
            members[format.Name()] = value;
        }

        return members.ToJsonString(JsonSerializerOptions.Web);
    }
}

/// <summary>One format's figures.</summary>
/// <param name="Quality">1 to 100; null where the format has none.</param>
/// <param name="Bytes">Of the file at that quality, of the picture as it was measured.</param>
public readonly record struct MeasuredEncoding(int? Quality, int Bytes);
