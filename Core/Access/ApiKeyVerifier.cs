using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Access;

/// <summary>
/// Tells who presents an <c>X-API-Key</c>. Every reason to refuse gives the same error. Last use is noted at most once a minute per key and address.
/// </summary>
public sealed class ApiKeyVerifier(RegistryFactory registry, IOptions<AccessOptions> options, TimeProvider clock)
{
    private static readonly Error Refused = new(ErrorCode.Unauthenticated, "The API key is wrong, expired, revoked or not allowed from this address.");
    private static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    private readonly byte[]? _platformHash = options.Value.PlatformKey.Length == 0 ? null : Hash(options.Value.PlatformKey);

    /// <summary>The caller behind a presented key, from an address it may be used from.</summary>
    public async Task<Result<Caller>> VerifyAsync(string presented, IPAddress? address, CancellationToken ct)
    {
        if (_platformHash is not null && CryptographicOperations.FixedTimeEquals(_platformHash, Hash(presented)))
            return new Caller(ActorType.Platform, Guid.Empty, "platform", null, null, null, new HashSet<string>(StringComparer.Ordinal), IsPlatform: true) { Grants = [] };
        if (!ApiKeyText.TryRead(presented, out var text))
            return Refused;
        await using var db = registry.ForSystem();
        var key = await db.ApiKeys.AsNoTracking()
            .Where(row => row.KeyId == text.KeyId && db.Organizations.Any(organization => organization.Id == row.OrganizationId && organization.DeletedAt == null))
            .SingleOrDefaultAsync(ct);
        var now = clock.GetUtcNow();
        if (key is null || !IsRight(key, text.SecretHash, now) || key.RevokedAt is not null || key.ExpiresAt <= now || !IsAllowed(key.AllowedAddresses, address))
            return Refused;
        if (key.LastUsedAt is not { } last || now - last > NoteEvery || !Equals(key.LastUsedAddress, address))
        {
            await db.ApiKeys.Where(row => row.Id == key.Id).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.LastUsedAt, now).SetProperty(row => row.LastUsedAddress, address), ct);
        }

        return new Caller(ActorType.ApiKey, key.Id, key.Name, key.OrganizationId, key.TenantId, null, key.Scopes.ToHashSet(StringComparer.Ordinal), IsPlatform: false);
    }

    private static bool IsRight(ApiKey key, byte[] secretHash, DateTimeOffset now) =>
        CryptographicOperations.FixedTimeEquals(key.SecretHash, secretHash)
        || (key.PreviousSecretHash is { } previous && key.PreviousSecretValidUntil > now && CryptographicOperations.FixedTimeEquals(previous, secretHash));

    private static bool IsAllowed(string[] networks, IPAddress? address) =>
        networks.Length == 0 || (address is not null && networks.Any(network => IPNetwork.TryParse(network, out var parsed) && parsed.Contains(address)));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
