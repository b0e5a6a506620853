using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Secrets;

/// <summary>
/// Seals secrets for storage with AES-256-GCM under <see cref="SecretsOptions.MasterKey"/>. Layout: version (1), key id (4: SHA-256 of the master key,
/// first bytes),
/// nonce (12), tag (16), ciphertext. The key id tells which master key opens it, so that master keys can be replaced.
/// </summary>
public sealed class SecretProtector
{
    private const byte Version = 1;
    private const int KeyIdBytes = 4;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + KeyIdBytes + NonceBytes + TagBytes;

    private readonly (byte[] Id, byte[] Key)[] _keys;

    public SecretProtector(IOptions<SecretsOptions> options) =>
        _keys =
            [.. options.Value.PreviousMasterKeys.Prepend(options.Value.MasterKey)
                .Select(Convert.FromBase64String).Select(static key => (SHA256.HashData(key)[..KeyIdBytes], key))];

    /// <summary>Seals under the present master key.</summary>
    /// <param name="secret">What is sealed.</param>
    /// <param name="context">What the secret belongs to, such as its row's id: it opens with the same context only, so that a sealed secret cannot be moved
    /// to another row.</param>
    public byte[] Protect(ReadOnlySpan<byte> secret, string context = "")
    {
        var sealedSecret = new byte[HeaderBytes + secret.Length];
        sealedSecret[0] = Version;
        _keys[0].Id.CopyTo(sealedSecret, 1);
        var nonce = sealedSecret.AsSpan(1 + KeyIdBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_keys[0].Key, TagBytes);
        aes.Encrypt(nonce, secret, sealedSecret.AsSpan(HeaderBytes), sealedSecret.AsSpan(1 + KeyIdBytes + NonceBytes, TagBytes),
            Associated(sealedSecret, context));
        return sealedSecret;
    }

    /// <summary>Opens what <see cref="Protect"/> sealed.</summary>
    /// <exception cref="CryptographicException">It was changed, belongs to another context, or was sealed under a master key that is not
    /// configured.</exception>
    public byte[] Unprotect(ReadOnlySpan<byte> sealedSecret, string context = "")
    {
        if (sealedSecret.Length < HeaderBytes || sealedSecret[0] != Version)
            throw new CryptographicException("This is no sealed secret.");
        var id = sealedSecret.Slice(1, KeyIdBytes);
        foreach (var (keyId, key) in _keys)
        {
            if (!id.SequenceEqual(keyId))
                continue;
            var secret = new byte[sealedSecret.Length - HeaderBytes];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(
                sealedSecret.Slice(1 + KeyIdBytes, NonceBytes), sealedSecret[HeaderBytes..], sealedSecret.Slice(1 + KeyIdBytes + NonceBytes, TagBytes), secret,
                Associated(sealedSecret, context));
            return secret;
        }

        throw new CryptographicException("The secret is sealed under a master key that is not configured; add it to Secrets:PreviousMasterKeys.");
    }

    private static byte[] Associated(ReadOnlySpan<byte> sealedSecret, string context) =>
        [.. sealedSecret[..(1 + KeyIdBytes)], .. Encoding.UTF8.GetBytes(context)];
}
