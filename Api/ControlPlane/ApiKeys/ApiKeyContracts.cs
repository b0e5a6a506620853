using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.ApiKeys;

/// <summary>A new API key.</summary>
/// <param name="Name">For people and the audit log.</param>
/// <param name="Scopes">What it may do; no more than the credential that makes it.</param>
/// <param name="Tenant">Slug of the one tenant it is bound to; left out: the whole organization.</param>
/// <param name="ExpiresAt">When it ends; left out: never.</param>
/// <param name="AllowedAddresses">Addresses and CIDR networks it may be used from; left out: any.</param>
internal sealed record CreateApiKeyRequest(string? Name, string[]? Scopes, string? Tenant, DateTimeOffset? ExpiresAt, string[]? AllowedAddresses);

/// <summary>A rotation.</summary>
/// <param name="GraceSeconds">How long the old secret still works, 0 to 604800; 0 where left out.</param>
internal sealed record RotateApiKeyRequest(int? GraceSeconds);

/// <summary>An API key, without its secret.</summary>
internal sealed record ApiKeyResponse(
    Guid Id,
    string KeyId,
    string Name,
    string[] Scopes,
    string? Tenant,
    DateTimeOffset? ExpiresAt,
    string[] AllowedAddresses,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RotatedAt,
    DateTimeOffset? PreviousSecretValidUntil,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt,
    string? LastUsedAddress)
{
    public static ApiKeyResponse Of(ApiKey key, string? tenant) => new(
        key.Id, key.KeyId, key.Name, key.Scopes, tenant, key.ExpiresAt, key.AllowedAddresses, key.CreatedAt, key.RotatedAt,
        key.PreviousSecretValidUntil, key.RevokedAt, key.LastUsedAt, key.LastUsedAddress?.ToString());
}

/// <summary>An API key with its secret, shown once and never again.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">The whole <c>X-API-Key</c> value.</param>
/// <param name="KeyId">Its public part.</param>
/// <param name="Name">For people.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="Tenant">The tenant it is bound to.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="AllowedAddresses">Where it may be used from.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="PreviousSecretValidUntil">Until when the secret before a rotation works.</param>
internal sealed record ApiKeySecretResponse(
    Guid Id,
    string Key,
    string KeyId,
    string Name,
    string[] Scopes,
    string? Tenant,
    DateTimeOffset? ExpiresAt,
    string[] AllowedAddresses,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PreviousSecretValidUntil)
{
    public static ApiKeySecretResponse Of(ApiKey key, string text, string? tenant) =>
        new(key.Id, text, key.KeyId, key.Name, key.Scopes, tenant, key.ExpiresAt, key.AllowedAddresses, key.CreatedAt, key.PreviousSecretValidUntil);
}
