using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Registry;

/// <summary>Checks that an organization's audit log is what was written.</summary>
public sealed class AuditVerifier(RegistryFactory registry)
{
    /// <summary>Computes the whole chain anew in the database; about a second for each 100,000 lines.</summary>
    public async Task<AuditVerification> VerifyAsync(Guid organizationId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);

        // One snapshot for the chain and the count of it.
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        var lines = await db.AuditLogs.LongCountAsync(ct);
        var fault = await db.Database
            .SqlQuery<AuditFault>($"SELECT fault AS kind, sequence, id FROM audit_verify({organizationId})")
            .FirstOrDefaultAsync(ct);
        return new AuditVerification(lines, fault);
    }
}

/// <summary>The outcome of a verification.</summary>
/// <param name="Lines">Lines there are.</param>
/// <param name="Fault">The first line that is not as it was written; null where all are.</param>
public sealed record AuditVerification(long Lines, AuditFault? Fault)
{
    public bool IsIntact => Fault is null;
}

/// <summary>A line that is not as it was written.</summary>
/// <param name="Kind"><c>changed</c>, <c>missing</c> or <c>unnumbered</c> (slipped in behind the chain's back).</param>
/// <param name="Sequence">Its number; null for an unnumbered one.</param>
/// <param name="Id">Its id; null for a missing one.</param>
public sealed record AuditFault(string Kind, long? Sequence, Guid? Id);
