using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ImageService.Api.Idempotency;

/// <summary>Keeps answers of creations for a day, bodies encrypted (they may hold a secret shown once). The row's unique key decides who is first.</summary>
internal sealed class IdempotencyStore(RegistryFactory registry, SecretProtector protector, TimeProvider clock)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(1);

    /// <summary>A request that has given no sign of life for so long died with its process.</summary>
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromSeconds(30);

    /// <summary>Claims the key; null when the caller is first, else what is known of the earlier request.</summary>
    public async Task<EarlierRequest?> BeginAsync(Guid? organizationId, string keyHash, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = Open(organizationId);
        var (dead, old) = (now - GivenUpAfter, now - KeptFor);
        await db.IdempotencyKeys
            .Where(row => row.KeyHash == keyHash && (row.CreatedAt < old || (row.StatusCode == null && row.CreatedAt < dead)))
            .ExecuteDeleteAsync(ct);
        db.IdempotencyKeys.Add(new IdempotencyRecord { OrganizationId = organizationId ?? Guid.Empty, KeyHash = keyHash, RequestHash = "", CreatedAt = now });
        try
        {
            await db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            db.ChangeTracker.Clear();
            var row = await db.IdempotencyKeys.AsNoTracking().SingleOrDefaultAsync(other => other.KeyHash == keyHash, ct);
            return row?.StatusCode is { } status
                ? new EarlierRequest(row.RequestHash,
                    new StoredAnswer(status, row.ContentType, row.Location, protector.Unprotect(row.ProtectedBody ?? [], keyHash)))
                : new EarlierRequest("", null);
        }
    }

    /// <summary>How often a request that runs says so by <see cref="RenewAsync"/>.</summary>
    public static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    /// <summary>Says that the request still runs.</summary>
    public async Task RenewAsync(Guid? organizationId, string keyHash, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = Open(organizationId);
        await db.IdempotencyKeys.Where(row => row.KeyHash == keyHash && row.StatusCode == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.CreatedAt, now), ct);
    }

    /// <summary>Keeps the answer for repetitions.</summary>
    public async Task FinishAsync(Guid? organizationId, string keyHash, string requestHash, StoredAnswer answer, CancellationToken ct)
    {
        var body = protector.Protect(answer.Body, keyHash);
        await using var db = Open(organizationId);
        await db.IdempotencyKeys.Where(row => row.KeyHash == keyHash).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.RequestHash, requestHash).SetProperty(row => row.StatusCode, answer.Status)
                .SetProperty(row => row.ContentType, answer.ContentType)
                .SetProperty(row => row.Location, answer.Location).SetProperty(row => row.ProtectedBody, body),
            ct);
    }

    /// <summary>Lets the next request with the key be the first again.</summary>
    public async Task ForgetAsync(Guid? organizationId, string keyHash, CancellationToken ct)
    {
        await using var db = Open(organizationId);
        await db.IdempotencyKeys.Where(row => row.KeyHash == keyHash && row.StatusCode == null).ExecuteDeleteAsync(ct);
    }

    /// <summary>The operator's requests belong to no organization.</summary>
    private RegistryDb Open(Guid? organizationId) => organizationId is { } id ? registry.ForOrganization(id) : registry.ForSystem();
}

/// <summary>An answer as it was sent.</summary>
internal sealed record StoredAnswer(int Status, string? ContentType, string? Location, byte[] Body);

/// <summary>An earlier request with the same key; without an answer it still runs.</summary>
internal sealed record EarlierRequest(string RequestHash, StoredAnswer? Answer);
