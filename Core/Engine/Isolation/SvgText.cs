using System.IO.Compression;
using System.Text;
using System.Xml;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Reads the text of an SVG and replaces the entities that its own document type declares, as drawing programs write them for namespaces. Bounded: what
/// unfolds to more is refused, and so is what points outside.
/// </summary>
internal static class SvgText
{
    private const int MaxTextBytes = 10 << 20;
    private const int MaxEntityCharacters = 1 << 20;

    /// <returns>The document, without a document type where there were entities; null where it is too long, unfolds too far, points outside or is no
    /// XML.</returns>
    public static byte[]? Read(string path)
    {
        if (ReadBytes(path) is not { } text)
            return null;
        return text.AsSpan().IndexOf("<!ENTITY"u8) < 0 ? text : Unfold(text);
    }

    private static byte[]? ReadBytes(string path)
    {
        using var file = File.OpenRead(path);
        var gzip = file.ReadByte() == 0x1F;
        file.Position = 0;
        using Stream text = gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        var buffer = new byte[MaxTextBytes + 1];
        try
        {
            var length = text.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length > MaxTextBytes ? null : buffer[..length];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static byte[]? Unfold(byte[] text)
    {
        var reading = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Parse,
            MaxCharactersFromEntities = MaxEntityCharacters,
            MaxCharactersInDocument = MaxTextBytes,
            XmlResolver = new NothingOutside(),
        };
        try
        {
            using var unfolded = new MemoryStream();
            using (var reader = XmlReader.Create(new MemoryStream(text, writable: false), reading))
            using (var writer = XmlWriter.Create(unfolded, new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }))
            {
                while (!reader.EOF)
                {
                    if (reader.NodeType == XmlNodeType.Element)
                        writer.WriteNode(reader, defattr: false);
                    else if (!reader.Read())
                        break;
                }
            }

            return unfolded.ToArray();
        }
        catch (Exception malformed) when (malformed is XmlException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    // The public document types of SVG hold nothing that drawing needs; anything else outside is not asked for.
    private sealed class NothingOutside : XmlResolver
    {
        public override object GetEntity(Uri absoluteUri, string? role, Type? ofObjectToReturn) =>
            absoluteUri.AbsolutePath.EndsWith(".dtd", StringComparison.OrdinalIgnoreCase)
                ? new MemoryStream([])
                : throw new XmlException("The document refers to something outside itself.");
    }
}
