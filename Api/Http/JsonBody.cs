using System.Text.Json;

namespace ImageService.Api.Http;

/// <summary>Reading a JSON body where a route takes other bodies too and so cannot have it bound.</summary>
internal static class JsonBody
{
    /// <summary>The body; null for <c>null</c>.</summary>
    /// <exception cref="BadHttpRequestException">It cannot be read: answered as for a bound body.</exception>
    public static async Task<T?> ReadJsonAsync<T>(this HttpContext http, CancellationToken ct)
    {
        if (!http.Request.HasJsonContentType())
            throw new BadHttpRequestException("The body is not JSON.", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await http.Request.ReadFromJsonAsync<T>(ct);
        }
        catch (JsonException unreadable)
        {
            throw new BadHttpRequestException("The JSON body cannot be read.", unreadable);
        }
    }
}
