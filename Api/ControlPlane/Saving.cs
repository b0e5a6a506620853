using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ImageService.Api.ControlPlane;

/// <summary>Saving where a race may be lost: the database's own constraints decide, not a look before.</summary>
internal static class Saving
{
    /// <summary>Saves; a lost race or a taken name is an error, not an exception.</summary>
    /// <param name="db">The unit of work.</param>
    /// <param name="taken">What to say when a unique name is taken.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Error?> TrySaveAsync(this RegistryDb db, Error taken, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return IfMatch.Stale;
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return taken;
        }
    }

    /// <summary>A transaction that waits for every other one of the same name, so that what it looks at cannot change before it commits.</summary>
    public static async Task<IDbContextTransaction> BeginExclusiveAsync(this RegistryDb db, string name, CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", ct);
        return transaction;
    }

    /// <summary>Saves a change that no unique name can refuse.</summary>
    public static Task<Error?> TrySaveAsync(this RegistryDb db, CancellationToken ct) =>
        db.TrySaveAsync(new Error(ErrorCode.Conflict, "Somebody else changed it at the same moment. Try again."), ct);
}
