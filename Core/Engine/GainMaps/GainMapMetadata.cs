using System.Globalization;
using System.Text;
using System.Xml;

namespace ImageService.Core.Engine.GainMaps;

/// <summary>
/// How a gain map's values are applied: the fields of <c>http://ns.adobe.com/hdr-gain-map/1.0/</c> (Ultra HDR 1.0, "HDR gain map metadata"), each one number or
/// three, one for each colour. Read from a stranger's XMP and written anew, so that nothing else of it gets through.
/// </summary>
internal sealed class GainMapMetadata
{
    public const string Namespace = "http://ns.adobe.com/hdr-gain-map/1.0/";

    private const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private const int MostCharacters = 65_536;

    // The order in which they are written, and what holds where a field is missing; what has no default must be there.
    private static readonly (string Name, double? Default)[] Fields =
    [
        ("GainMapMin", 0), ("GainMapMax", null), ("Gamma", 1), ("OffsetSDR", 1 / 64.0), ("OffsetHDR", 1 / 64.0), ("HDRCapacityMin", 0),
        ("HDRCapacityMax", null),
    ];

    private readonly IReadOnlyDictionary<string, double[]> _values;

    private GainMapMetadata(IReadOnlyDictionary<string, double[]> values) => _values = values;

    /// <summary>Reads an XMP packet.</summary>
    /// <returns>Null where it describes no gain map of a picture for ordinary screens.</returns>
    public static GainMapMetadata? Read(ReadOnlySpan<byte> xmp)
    {
        if (xmp.Length > MostCharacters)
            return null;
        try
        {
            return Of(Values(Encoding.UTF8.GetString(xmp).TrimEnd('\0', ' ', '\n')));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>The packet that belongs into the gain map's own file.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{Rdf}"><rdf:Description xmlns:hdrgm="{Namespace}" hdrgm:Version="1.0" """);
        foreach (var (name, _) in Fields.Where(field => _values[field.Name].Length == 1))
            text.Append(CultureInfo.InvariantCulture, $"hdrgm:{name}=\"{_values[name][0]:R}\" ");
        text.Append("hdrgm:BaseRenditionIsHDR=\"False\">");
        foreach (var (name, _) in Fields.Where(field => _values[field.Name].Length > 1))
        {
            text.Append(CultureInfo.InvariantCulture, $"<hdrgm:{name}><rdf:Seq>");
            foreach (var value in _values[name])
                text.Append(CultureInfo.InvariantCulture, $"<rdf:li>{value:R}</rdf:li>");
            text.Append(CultureInfo.InvariantCulture, $"</rdf:Seq></hdrgm:{name}>");
        }

        return text.Append("</rdf:Description></rdf:RDF></x:xmpmeta>").ToString();
    }

    private static GainMapMetadata? Of(Dictionary<string, List<string>> found)
    {
        if (!found.ContainsKey("Version") || (found.TryGetValue("BaseRenditionIsHDR", out var isHdr) && isHdr is not ["False" or "false"]))
            return null;
        var values = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var (name, otherwise) in Fields)
        {
            if (found.TryGetValue(name, out var texts))
            {
                var numbers = texts.ConvertAll(static text =>
                    double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN);
                if (numbers.Count is not (1 or 3) || !numbers.TrueForAll(double.IsFinite))
                    return null;
                values[name] = [.. numbers];
            }
            else if (otherwise is { } usual)
            {
                values[name] = [usual];
            }
            else
            {
                return null;
            }
        }

        return new GainMapMetadata(values);
    }

    /// <summary>Every property of the namespace: attributes, elements with a text, elements with a sequence.</summary>
    private static Dictionary<string, List<string>> Values(string packet)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        using var xml = XmlReader.Create(new StringReader(packet), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostCharacters, IgnoreComments = true,
        });
        string? property = null;
        while (xml.Read())
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element when xml.NamespaceURI == Namespace:
                    property = xml.IsEmptyElement ? null : xml.LocalName;
                    break;
                case XmlNodeType.Element when xml.NamespaceURI == Rdf && xml.LocalName == "Description":
                    while (xml.MoveToNextAttribute())
                    {
                        if (xml.NamespaceURI == Namespace)
                            found[xml.LocalName] = [xml.Value];
                    }

                    break;
                case XmlNodeType.Text when property is not null && !string.IsNullOrWhiteSpace(xml.Value):
                    if (!found.TryGetValue(property, out var texts))
                        found[property] = texts = [];
                    texts.Add(xml.Value.Trim());
                    break;
                case XmlNodeType.EndElement when xml.NamespaceURI == Namespace:
                    property = null;
                    break;
                default:
                    break;
            }
        }

        return found;
    }
}
