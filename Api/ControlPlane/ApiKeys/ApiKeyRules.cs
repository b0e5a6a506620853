using System.Net;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.ApiKeys;

/// <summary>What a key may be, and who may make or touch it: nobody gets a key that reaches beyond his own credential.</summary>
internal static class ApiKeyRules
{
    public const int MaxGraceSeconds = 7 * 24 * 3600;

    private const int MaxAddresses = 100;

    private static readonly Error OnlyOwners = new(
        ErrorCode.Forbidden, "A key with all scopes is as mighty as an owner: only an owner, or such a key, may make or rotate one. Leave a scope out.");

    private static readonly Error Outlives = new(
        ErrorCode.InsufficientScope,
        "A key that expires or is bound to addresses can make and rotate only keys that expire no later and are bound to addresses within its own.");

    public static Error? Judge(CreateApiKeyRequest request, DateTimeOffset now)
    {
        if (NameRules.ReadName(request.Name).Error is { } error)
            return error;
        if (request.Scopes is not { Length: > 0 } scopes || scopes.Any(static scope => !Scopes.All.Contains(scope)))
            return Problems.Invalid($"scopes must name at least one of: {string.Join(", ", Scopes.All.Order(StringComparer.Ordinal))}.");
        if (request.ExpiresAt <= now)
            return Problems.Invalid("expiresAt must lie in the future.");
        if (request.AllowedAddresses is { Length: > MaxAddresses } || (request.AllowedAddresses ?? []).Any(static text => AddressRange.Read(text) is null))
            return Problems.Invalid($"allowedAddresses takes at most {MaxAddresses} addresses (203.0.113.7) or CIDR networks (203.0.113.0/24).");
        return null;
    }

    /// <summary>
    /// Whether the caller may have the key's secret: it may write keys at the place the key is bound to, holds every scope there, owns the place where
    /// these are all of
    /// them, and lives no shorter and reaches no less far than the key.
    /// </summary>
    public static Error? JudgeReach(Visit visit, IReadOnlyCollection<string> scopes, Guid? tenantId, KeyLimits limits)
    {
        if (!visit.Caller.May(Scopes.KeyWrite, tenantId, spaceId: null))
            return AccessErrors.Lacks(Scopes.KeyWrite);
        if (!scopes.All(scope => visit.Caller.May(scope, tenantId, spaceId: null)))
            return AccessErrors.Escalates;
        if (Scopes.All.IsSubsetOf(scopes) && !visit.Caller.Owns(tenantId, spaceId: null))
            return OnlyOwners;
        return visit.Caller.Limits is { } own && !own.Cover(limits) ? Outlives : null;
    }

    /// <summary>The limits a stored key has.</summary>
    public static KeyLimits LimitsOf(ApiKey key) => new(key.ExpiresAt, [.. key.AllowedAddresses.Select(AddressRange.Read).OfType<IPNetwork>()]);

    /// <summary>Networks of a request that was judged, as they are stored: a single address becomes a network of one.</summary>
    public static string[] Networks(string[]? texts) => [.. (texts ?? []).Select(static text => AddressRange.Read(text)!.Value.ToString())];

    /// <summary>A new secret takes the place of the old one, which works on for the grace period.</summary>
    public static string Rotate(ApiKey key, TimeSpan grace, DateTimeOffset now)
    {
        var (text, hash) = ApiKeyText.New(key.KeyId);
        key.PreviousSecretHash = grace > TimeSpan.Zero ? key.SecretHash : null;
        key.PreviousSecretValidUntil = grace > TimeSpan.Zero ? now + grace : null;
        key.SecretHash = hash;
        key.RotatedAt = now;
        return text;
    }
}
