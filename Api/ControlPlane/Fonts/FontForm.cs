using System.Text;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace ImageService.Api.ControlPlane.Fonts;

/// <summary>Reads the <c>multipart/form-data</c> body of a font's upload: a part <c>file</c> of limited size and a field <c>slug</c>.</summary>
/// <param name="File">The font's bytes.</param>
/// <param name="Slug">As asked for; null where it was not.</param>
internal sealed record FontForm(byte[] File, string? Slug)
{
    private const int MostParts = 8;
    private const int MostFieldBytes = 1024;

    public static async Task<Result<FontForm>> ReadAsync(HttpRequest request, int mostBytes, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 100 } boundary)
            return Problems.Invalid("Send the font as multipart/form-data, in a part named file.");
        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        byte[]? file = null;
        string? slug = null;
        try
        {
            for (var parts = 0; await reader.ReadNextSectionAsync(ct) is { } section; parts++)
            {
                var name = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                    ? HeaderUtilities.RemoveQuotes(disposition.Name).Value : null;
                if (parts == MostParts || name is not ("file" or "slug") || (name == "file" ? file is not null : slug is not null))
                    return Problems.Invalid("Send one part named file and at most one named slug, and nothing else.");
                if (await ReadAsync(section.Body, name == "file" ? mostBytes : MostFieldBytes, ct) is not { } bytes)
                    return new Error(ErrorCode.PayloadTooLarge, $"A font may have at most {mostBytes} bytes, a field {MostFieldBytes}.");
                if (name == "file")
                    file = bytes;
                else
                    slug = Encoding.UTF8.GetString(bytes);
            }
        }
        catch (InvalidDataException)
        {
            return Problems.Invalid("The multipart body cannot be read: a part's headers or the boundary are malformed or too long.");
        }

        return file is null ? Problems.Invalid("There is no part named file.") : new FontForm(file, slug);
    }

    /// <summary>Null where there is more.</summary>
    private static async Task<byte[]?> ReadAsync(Stream body, int most, CancellationToken ct)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer, ct) is > 0 and var length)
        {
            if (bytes.Length + length > most)
                return null;
            bytes.Write(buffer, 0, length);
        }

        return bytes.ToArray();
    }
}
