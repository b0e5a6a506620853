using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Signing;

/// <summary>
/// Signs and verifies image URLs (contract, "Signed URLs"): <c>sig</c> is base64url without padding of HMAC-SHA256 over
/// <c>GET\n{path}\n{exp}\n{hostname}\n{tenant id}</c>. Pure; the same for <c>HEAD</c>. The edge functions in <c>deploy/edge</c> do the same and share its
/// test vectors.
/// </summary>
public static class UrlSignature
{
    /// <summary>Length of a secret, bytes.</summary>
    public const int SecretBytes = 32;

    /// <summary>Length of <c>sig</c>, characters.</summary>
    public const int TextLength = 43;

    /// <summary>What is signed. The tenant id is lower-case UUID text with hyphens, as the control plane shows it.</summary>
    public static string StringToSign(SignedRequest request) =>
        $"GET\n{request.Path}\n{request.ExpiresUnixSeconds}\n{request.Hostname}\n{request.TenantId:d}";

    /// <summary>The value of <c>sig</c>, 43 characters.</summary>
    public static string Sign(ReadOnlySpan<byte> secret, SignedRequest request)
    {
        Span<byte> text = stackalloc byte[TextLength];
        Write(secret, request, text);
        return Encoding.ASCII.GetString(text);
    }

    /// <summary>Whether a signature is the request's, compared in constant time. Another encoding of the same bytes is refused.</summary>
    public static bool Matches(ReadOnlySpan<byte> secret, SignedRequest request, ReadOnlySpan<char> signature)
    {
        Span<byte> expected = stackalloc byte[TextLength];
        Span<byte> presented = stackalloc byte[TextLength];
        Write(secret, request, expected);
        return Ascii.FromUtf16(signature, presented, out var written) == OperationStatus.Done
            && written == TextLength
            && CryptographicOperations.FixedTimeEquals(expected, presented);
    }

    /// <summary>The host name as it is signed: lower case, without port. <c>Images.Example.com:8443</c> is <c>images.example.com</c>.</summary>
    public static string Hostname(ReadOnlySpan<char> host) => WithoutPort(host).ToString().ToLowerInvariant();

    /// <summary>Whether a host as received is the one of a signature. Names beyond ASCII are not compared: false.</summary>
    public static bool IsHost(ReadOnlySpan<char> host, string hostname) => Ascii.EqualsIgnoreCase(WithoutPort(host), hostname);

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> host)
    {
        var bracket = host.LastIndexOf(']');
        var port = host.LastIndexOf(':');
        return port > bracket ? host[..port] : host;
    }

    private static void Write(ReadOnlySpan<byte> secret, SignedRequest request, Span<byte> text)
    {
        var signed = StringToSign(request);
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(signed.Length));
        try
        {
            Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
            HMACSHA256.HashData(secret, buffer.AsSpan(0, Encoding.UTF8.GetBytes(signed, buffer)), mac);
            Base64Url.EncodeToUtf8(mac, text, out _, out _);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>The parts of a request that its signature covers.</summary>
/// <param name="Path">The path exactly as received, still percent-encoded, without the query.</param>
/// <param name="ExpiresUnixSeconds">When the signature ends, Unix time, seconds.</param>
/// <param name="Hostname">As the public sees it (<see cref="UrlSignature.Hostname"/>).</param>
/// <param name="TenantId">The tenant whose key signs.</param>
public readonly record struct SignedRequest(string Path, long ExpiresUnixSeconds, string Hostname, Guid TenantId);
