using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ImageService.Api.Http;

/// <summary>Saving where a race may be lost: the database's own constraints decide, not a look before.</summary>
internal static class RacingSaves
{
    private const int MostAttempts = 20;

    private static readonly Error Changed = new(ErrorCode.Conflict, "Somebody else changed it at the same moment. Try again.");

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

    /// <summary>
    /// Saves a change to what exists. With <c>If-Match</c> a row that changed since it was read is <see cref="IfMatch.Stale"/>; without it the write is
    /// unconditional
    /// and made over the other one: what both changed is as this request says, the rest as the other said.
    /// </summary>
    /// <returns>Null, <see cref="IfMatch.Stale"/>, <see cref="Problems.NotFound"/> where the row is gone, or a conflict.</returns>
    public static async Task<Error?> TrySaveAsync(this RegistryDb db, HttpContext http, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await db.SaveChangesAsync(ct);
                return null;
            }
            catch (DbUpdateConcurrencyException exception)
            {
                if (IfMatch.IsAsked(http) || attempt == MostAttempts)
                    return IfMatch.Stale;
                if (await CatchUpAsync(exception, ct) is { } gone)
                    return gone;
            }
            catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
            {
                return Changed;
            }
        }
    }

    /// <summary>Takes the rows' present values as what was read; what this unit of work changed stays changed.</summary>
    private static async Task<Error?> CatchUpAsync(DbUpdateConcurrencyException exception, CancellationToken ct)
    {
        foreach (var entry in exception.Entries)
        {
            if (await entry.GetDatabaseValuesAsync(ct) is not { } present)
                return Problems.NotFound;
            foreach (var property in entry.Properties)
            {
                var value = present[property.Metadata];
                if (entry.State is EntityState.Modified && !property.IsModified && !property.Metadata.IsPrimaryKey())
                    property.CurrentValue = value;
                property.OriginalValue = value;
            }
        }

        return null;
    }

    /// <summary>A transaction that waits for every other one of the same name, so that what it looks at cannot change before it commits.</summary>
    public static async Task<IDbContextTransaction> BeginExclusiveAsync(this RegistryDb db, string name, CancellationToken ct)
    {
        var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({name}, 0))", ct);
        return transaction;
    }

    /// <summary>Saves something new that no unique name can refuse.</summary>
    public static Task<Error?> TrySaveAsync(this RegistryDb db, CancellationToken ct) =>
        db.TrySaveAsync(Changed, ct);
}
