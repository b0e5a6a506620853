using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using Microsoft.Extensions.Primitives;

namespace ImageService.Api.Uploads;

/// <summary>Headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), read and written.</summary>
internal static class TusHeaders
{
    public const string Version = "1.0.0";
    public const string Extensions = "creation,creation-with-upload,termination,checksum,expiration";
    public const string ChecksumAlgorithms = "sha1,sha256";
    public const string ContentType = "application/offset+octet-stream";
    public const string Resumable = "Tus-Resumable";
    public const string Offset = "Upload-Offset";
    public const string Length = "Upload-Length";
    public const string Expires = "Upload-Expires";
    public const string Metadata = "Upload-Metadata";
    public const string Checksum = "Upload-Checksum";
    public const string AssetId = "X-Asset-Id";
    public const string AssetDeduplicated = "X-Asset-Deduplicated";
    public const string AssetFilename = "X-Asset-Filename";
    public const string DeferLength = "Upload-Defer-Length";
    public const string Concat = "Upload-Concat";
    public const string MethodOverride = "X-HTTP-Method-Override";

    private const int MaxMetadataLength = 16 * 1024;

    /// <summary>Refuses what the protocol knows and this server does not offer; passed over, it would make an upload other than the one meant.</summary>
    public static Error? Unoffered(HttpRequest request) =>
        request.Headers.ContainsKey(Concat) ? Problems.Invalid($"{Concat} is not offered: send the file as one upload.")
        : request.Headers.ContainsKey(DeferLength) ? Problems.Invalid($"{DeferLength} is not offered: say {Length} at creation.")
        : null;

    /// <summary>A header that must be a whole number of at least 0.</summary>
    public static Result<long> ReadNumber(HttpRequest request, string name) =>
        request.Headers[name] is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : Problems.Invalid($"{name} must be a whole number.");

    /// <summary><c>filename d29ybGQ=,tenant c2l0ZQ==</c>: keys with base64 values; a key may stand alone.</summary>
    public static Result<Dictionary<string, string>> ReadMetadata(StringValues header)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = header.ToString();
        if (text.Length > MaxMetadataLength)
            return Problems.Invalid($"{Metadata} may have at most {MaxMetadataLength} characters.");
        foreach (var pair in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var space = pair.IndexOf(' ', StringComparison.Ordinal);
            var (key, encoded) = space < 0 ? (pair, "") : (pair[..space], pair[(space + 1)..].Trim());
            var bytes = new byte[encoded.Length];
            if (!Convert.TryFromBase64String(encoded, bytes, out var length) || !values.TryAdd(key, Encoding.UTF8.GetString(bytes, 0, length)))
                return Problems.Invalid($"{Metadata} must be keys with base64 values, joined by commas, each key once.");
        }

        return values;
    }

    /// <summary><c>sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=</c>; null where there is none.</summary>
    public static Result<BodyChecksum?> ReadChecksum(StringValues header)
    {
        if (StringValues.IsNullOrEmpty(header))
            return (BodyChecksum?)null;
        var parts = header.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (algorithm, length) = parts switch
        {
            ["sha1", _] => (HashAlgorithmName.SHA1, SHA1.HashSizeInBytes),
            ["sha256", _] => (HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
            _ => (default, 0),
        };
        var value = new byte[64];
        return length > 0 && Convert.TryFromBase64String(parts[1], value, out var written) && written == length
            ? new BodyChecksum(algorithm, value[..length])
            : Problems.Invalid($"{Checksum} must be one of {ChecksumAlgorithms} and the digest in base64.");
    }

    /// <summary>What an answer says of an upload.</summary>
    public static void Write(HttpResponse response, Core.Registry.Upload upload, TusOutcome? outcome)
    {
        if (outcome is not null)
        {
            response.Headers[AssetDeduplicated] = outcome.Deduplicated ? "true" : "false";
            response.Headers[AssetFilename] = Uri.EscapeDataString(outcome.Filename);
        }


        response.Headers[Offset] = upload.Offset.ToString(CultureInfo.InvariantCulture);
        if (upload.AssetId is { } asset)
            response.Headers[AssetId] = new Core.Registry.AssetId(asset).ToString();
        else
            response.Headers[Expires] = upload.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
    }
}
