using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Errors;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Access;

/// <summary>
/// Tells who presents an <c>X-API-Key</c>. Every reason to refuse gives the same error. Keys are kept in memory until the database tells of a change,
/// never longer than facts may be, and never used when that cannot be known: a revoked key is refused by every replica within 5 s.
/// </summary>
public sealed class ApiKeyVerifier(RegistryFactory registry, FactsCache facts, ApiKeyUses uses, IOptions<AccessOptions> options, TimeProvider clock)
{
    private static readonly Error Refused = new(ErrorCode.Unauthenticated, "The API key is wrong, expired, revoked or not allowed from this address.");
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly byte[]? _platformHash = options.Value.PlatformKey.Length == 0 ? null : Hash(options.Value.PlatformKey);

    /// <summary>The caller behind a presented key, from an address it may be used from.</summary>
    public async Task<Result<Caller>> VerifyAsync(string presented, IPAddress? address, CancellationToken ct)
    {
        if (_platformHash is not null && CryptographicOperations.FixedTimeEquals(_platformHash, Hash(presented)))
            return new Caller
            {
                Type = ActorType.Platform,
                Id = Guid.Empty,
                Name = "platform",
                OrganizationId = null,
                TenantId = null,
                SpaceId = null,
                Scopes = FrozenSet<string>.Empty,
                IsPlatform = true,
                Grants = [],
            };
        if (!ApiKeyText.TryRead(presented, out var text))
            return Refused;
        var key = await facts.GetOrLoadAsync(
            FactScope.ApiKey(text.KeyId),
            "",
            (registry, text.KeyId),
            static (asked, ct) => LoadAsync(asked.registry, asked.KeyId, ct),
            StaleFacts.Refuse,
            ct);
        var now = clock.GetUtcNow();
        if (!IsRight(key, text.SecretHash, now) || key is null || !await IsAliveAsync(key.Caller.OrganizationId!.Value, ct))
            return Refused;
        if (key.Refusal(address, now) is { } reason)
        {
            uses.NoteRefusal(key, reason, address, now);
            return Refused;
        }

        uses.Note(key, address, now);
        return key.Caller;
    }

    /// <summary>Takes the same time for an unknown key as for a wrong secret.</summary>
    private static bool IsRight(ApiKeyFacts? key, byte[] secretHash, DateTimeOffset now)
    {
        var isCurrent = CryptographicOperations.FixedTimeEquals(key?.SecretHash ?? NoHash, secretHash);
        var isPrevious = CryptographicOperations.FixedTimeEquals(key?.PreviousSecretHash ?? NoHash, secretHash) && key?.PreviousSecretValidUntil > now;
        return isCurrent | isPrevious;
    }

    private async ValueTask<bool> IsAliveAsync(Guid organizationId, CancellationToken ct) => await facts.GetOrLoadAsync(
        FactScope.Of(organizationId),
        "access:organization",
        (registry, organizationId),
        static async (asked, ct) =>
        {
            await using var db = asked.registry.ForOrganization(asked.organizationId);
            return await db.Organizations.AnyAsync(o => o.Id == asked.organizationId && o.DeletedAt == null, ct);
        },
        StaleFacts.Refuse,
        ct);

    private static async Task<ApiKeyFacts?> LoadAsync(RegistryFactory registry, string keyId, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        return await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(row => row.KeyId == keyId, ct) is { } key ? new ApiKeyFacts(key) : null;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}

/// <summary>What is kept of an API key to judge its uses.</summary>
public sealed class ApiKeyFacts
{
    private readonly IPNetwork[] _networks;
    private readonly bool _isLimited;

    internal ApiKeyFacts(ApiKey key)
    {
        KeyId = key.KeyId;
        SecretHash = key.SecretHash;
        PreviousSecretHash = key.PreviousSecretHash;
        PreviousSecretValidUntil = key.PreviousSecretValidUntil;
        ExpiresAt = key.ExpiresAt;
        RevokedAt = key.RevokedAt;
        _isLimited = key.AllowedAddresses.Length > 0;
        _networks = [.. key.AllowedAddresses.Select(AddressRange.Read).OfType<IPNetwork>()];
        var scopes = key.Scopes.ToFrozenSet(StringComparer.Ordinal);
        Caller = new Caller
        {
            Type = ActorType.ApiKey,
            Id = key.Id,
            Name = key.Name,
            OrganizationId = key.OrganizationId,
            TenantId = key.TenantId,
            SpaceId = null,
            Scopes = scopes,
            IsPlatform = false,
            Grants = [new Grant(key.TenantId, null, scopes)],
            Limits = new KeyLimits(key.ExpiresAt, _networks),
        };
    }

    public string KeyId { get; }

    public Caller Caller { get; }

    internal byte[] SecretHash { get; }

    internal byte[]? PreviousSecretHash { get; }

    internal DateTimeOffset? PreviousSecretValidUntil { get; }

    private DateTimeOffset? ExpiresAt { get; }

    private DateTimeOffset? RevokedAt { get; }

    /// <summary>Why the right secret is refused all the same; null where it is not.</summary>
    internal string? Refusal(IPAddress? address, DateTimeOffset now)
    {
        if (RevokedAt is not null)
            return "revoked";
        if (ExpiresAt <= now)
            return "expired";
        return _isLimited && !AddressRange.Contains(_networks, address) ? "address" : null;
    }
}
