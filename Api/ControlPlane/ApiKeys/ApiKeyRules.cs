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

    public static Error? Judge(CreateApiKeyRequest request, DateTimeOffset now)
    {
        if (Naming.ReadName(request.Name).Error is { } error)
            return error;
        if (request.Scopes is not { Length: > 0 } scopes || scopes.Any(static scope => !Scopes.All.Contains(scope)))
            return Problems.Invalid($"scopes must name at least one of: {string.Join(", ", Scopes.All.Order(StringComparer.Ordinal))}.");
        if (request.ExpiresAt <= now)
            return Problems.Invalid("expiresAt must lie in the future.");
        if (request.AllowedAddresses is { Length: > MaxAddresses } || (request.AllowedAddresses ?? []).Any(static text => !IsNetwork(text)))
            return Problems.Invalid($"allowedAddresses takes at most {MaxAddresses} addresses (203.0.113.7) or CIDR networks (203.0.113.0/24).");
        return null;
    }

    /// <summary>Whether the caller holds every scope at the place the key is bound to, and may write keys there.</summary>
    public static Error? JudgeReach(Visit visit, IEnumerable<string> scopes, Guid? tenantId)
    {
        if (!visit.Caller.May(Scopes.KeyWrite, tenantId, spaceId: null))
            return Refusals.Lacks(Scopes.KeyWrite);
        return scopes.All(scope => visit.Caller.May(scope, tenantId, spaceId: null)) ? null : Refusals.Escalates;
    }

    /// <summary>Networks as they are stored: a single address becomes a network of one.</summary>
    public static string[] Networks(string[]? texts) => [.. (texts ?? []).Select(static text =>
        IPAddress.TryParse(text, out var address) ? $"{address}/{(address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)}" : IPNetwork.Parse(text).ToString())];

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

    private static bool IsNetwork(string? text) => IPAddress.TryParse(text, out _) || IPNetwork.TryParse(text, out _);
}
