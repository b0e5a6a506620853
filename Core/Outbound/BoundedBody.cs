using System.Text;

namespace ImageService.Core.Outbound;

/// <summary>Reads answers of other services, which may be longer than is good.</summary>
public static class BoundedBody
{
    /// <summary>The body's text (UTF-8), at most its first <paramref name="maxBytes"/> bytes.</summary>
    public static async Task<string> ReadTextAsync(HttpContent content, int maxBytes, CancellationToken ct)
    {
        var bytes = new byte[maxBytes];
        await using var body = await content.ReadAsStreamAsync(ct);
        var read = await body.ReadAtLeastAsync(bytes, maxBytes, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }
}
