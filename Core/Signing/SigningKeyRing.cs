using System.Diagnostics.CodeAnalysis;
using ImageService.Core.Errors;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Signing;

/// <summary>
/// A tenant's signing keys, opened and in memory. A change is heard within a second; without word from the database a key is trusted for five seconds at most,
/// so that a revoked one ends everywhere in that time.
/// </summary>
public sealed class SigningKeyRing(RegistryFactory registry, FactsCache facts, SecretProtector protector, SigningKeyCounts counts, TimeProvider time)
{
    private readonly VerifiedSignatures _verified = new();

    /// <summary>Judges a private URL. The signature is judged before its end, so that only who held a valid one learns that it has expired.</summary>
    /// <param name="organizationId">Whose URL.</param>
    /// <param name="tenantId">Whose URL; a key of any other tenant does not count.</param>
    /// <param name="rawPath">The path exactly as received, without query (<see cref="RawPath.Of"/>).</param>
    /// <param name="rawQuery">The query exactly as received.</param>
    /// <param name="hostname">As the public sees it (<see cref="UrlSignature.Hostname"/>).</param>
    /// <param name="ct">Ends the wait for the keys.</param>
    /// <returns>The verified signature, <see cref="SignatureQuery.Invalid"/> or <see cref="SignatureQuery.Expired"/>.</returns>
    public async ValueTask<Result<SignatureQuery>> VerifyAsync(
        Guid organizationId, Guid tenantId, string rawPath, string? rawQuery, string hostname, CancellationToken ct)
    {
        if (!SignatureQuery.Read(rawQuery).TryGet(out var query, out var unreadable))
            return unreadable;
        if (await FindAsync(organizationId, tenantId, query.Kid, ct) is not { } key)
            return SignatureQuery.Invalid;
        var verified = query.Verify(key.Secret.Span, rawPath, hostname, tenantId, time.GetUtcNow());
        if (!verified.IsSuccess)
            return verified;
        counts.Note(organizationId, key.Id);
        if (rawQuery is ['?', ..])
            _verified.Remember(rawPath + rawQuery, new VerifiedSignature
            {
                TenantId = tenantId,
                KeyId = key.Id,
                Hostname = hostname,
                ExpiresUnixSeconds = query.ExpiresUnixSeconds,
                IsForAsset = query.IsForAsset,
            },
                time.GetUtcNow());
        return verified;
    }

    /// <summary>
    /// Whether this very target was verified before, for the same tenant and host, and still holds: it has not ended, and its key may still verify. From
    /// memory alone, without an HMAC; false says
    /// nothing. Counts nothing: call <see cref="NoteVerified"/> for what is served.
    /// </summary>
    /// <param name="organizationId">Whose URL.</param>
    /// <param name="tenantId">Whose URL.</param>
    /// <param name="rawTarget">Path and query exactly as received.</param>
    /// <param name="host">The host as received, perhaps with a port.</param>
    /// <param name="signature">What was verified.</param>
    public bool TryRecall(Guid organizationId, Guid tenantId, string rawTarget, ReadOnlySpan<char> host, [NotNullWhen(true)] out VerifiedSignature? signature)
    {
        if (!_verified.TryFind(rawTarget, out signature) || signature.TenantId != tenantId || !UrlSignature.IsHost(host, signature.Hostname))
            return false;
        var now = time.GetUtcNow();
        if (signature.ExpiresUnixSeconds <= now.ToUnixTimeSeconds())
            return false;
        if (!facts.TryGet<SigningSecret[]>(FactScope.Of(organizationId), KeyOf(tenantId, stackalloc char[64]), out var keys) || keys is null)
            return false;
        foreach (var key in keys)
        {
            if (key.Id == signature.KeyId)
                return key.State == SigningKeyState.Active || key.VerifyUntil > now;
        }

        return false;
    }

    /// <summary>Counts one request whose signature was recalled.</summary>
    public void NoteVerified(Guid organizationId, VerifiedSignature signature) => counts.Note(organizationId, signature.KeyId);

    /// <summary>The key of that id if it may verify now: active, or in its grace period. Null otherwise.</summary>
    public async ValueTask<SigningSecret?> FindAsync(Guid organizationId, Guid tenantId, string kid, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var key in await KeysAsync(organizationId, tenantId, ct))
        {
            if (key.Kid == kid)
                return key.State == SigningKeyState.Active || key.VerifyUntil > now ? key : null;
        }

        return null;
    }

    /// <summary>The key to sign with: the newest active one. Null where the tenant has none.</summary>
    public async ValueTask<SigningSecret?> ActiveAsync(Guid organizationId, Guid tenantId, CancellationToken ct)
    {
        foreach (var key in await KeysAsync(organizationId, tenantId, ct))
        {
            if (key.State == SigningKeyState.Active)
                return key;
        }

        return null;
    }

    private ValueTask<SigningSecret[]> KeysAsync(Guid organizationId, Guid tenantId, CancellationToken ct) => facts.GetOrLoadAsync(
        FactScope.Of(organizationId),
        KeyOf(tenantId, stackalloc char[64]).ToString(),
        (Ring: this, organizationId, tenantId),
        static (asked, ct) => asked.Ring.ReadAsync(asked.organizationId, asked.tenantId, ct),
        StaleFacts.Refuse,
        ct);

    private static ReadOnlySpan<char> KeyOf(Guid tenantId, Span<char> buffer)
    {
        buffer.TryWrite($"signing-keys:{tenantId}", out var length);
        return buffer[..length];
    }

    private async Task<SigningSecret[]> ReadAsync(Guid organizationId, Guid tenantId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var rows = await db.SigningKeys.AsNoTracking()
            .Where(key =>
                key.OrganizationId == organizationId && key.TenantId == tenantId
                    && (key.State == SigningKeyState.Active || key.State == SigningKeyState.VerifyOnly))
            .OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id)
            .ToListAsync(ct);
        return [.. rows.Select(
            key =>
                new SigningSecret(key.Id, key.Kid, key.State, key.VerifyUntil, protector.Unprotect(key.ProtectedSecret, SigningKeyIssuer.Context(key.Kid))))];
    }
}

/// <summary>A signing key, opened. Never logged: its text is its id.</summary>
public sealed class SigningSecret(Guid id, string kid, SigningKeyState state, DateTimeOffset? verifyUntil, byte[] secret)
{
    public Guid Id { get; } = id;

    public string Kid { get; } = kid;

    /// <summary><see cref="SigningKeyState.Active"/> or <see cref="SigningKeyState.VerifyOnly"/>.</summary>
    public SigningKeyState State { get; } = state;

    /// <summary>End of the grace period; null for an active key.</summary>
    public DateTimeOffset? VerifyUntil { get; } = verifyUntil;

    /// <summary>The 32 bytes of the HMAC key.</summary>
    public ReadOnlyMemory<byte> Secret { get; } = secret;

    public override string ToString() => Kid;
}
