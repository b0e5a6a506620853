using System.Xml;

namespace ImageService.Core.Engine.Provenance;

/// <summary>SVG: an element of C2PA's namespace holds the manifest store in base64.</summary>
internal static class SvgCredentials
{
    private const string Namespace = "http://c2pa.org/manifest";

    /// <param name="text">As it is drawn, in bounds.</param>
    public static ContentCredentials? Find(byte[] text)
    {
        // Most drawings need not be parsed for it; what is no UTF-8 begins with its byte order.
        if (text.AsSpan().IndexOf("c2pa.org/manifest"u8) < 0 && !(text is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..]))
            return ContentCredentials.None;
        var reading = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, MaxCharactersInDocument = text.Length, XmlResolver = null };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(text, writable: false), reading);
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader is { LocalName: "manifest", NamespaceURI: Namespace, IsEmptyElement: false })
                    return Of(reader);
            }

            return ContentCredentials.None;
        }
        catch (Exception malformed) when (malformed is XmlException or FormatException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static ContentCredentials? Of(XmlReader reader)
    {
        var (buffer, head, bytes) = (new byte[8192], Array.Empty<byte>(), 0L);
        while (reader.ReadElementContentAsBase64(buffer, 0, buffer.Length) is > 0 and var read)
        {
            head = bytes == 0 ? buffer[..Math.Min(read, ManifestStore.HeadBytes)] : head;
            bytes += read;
        }

        return ManifestStore.BeginsIn(head) ? new ContentCredentials(CredentialsPlace.ManifestElement, bytes) : null;
    }
}
