using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>Applies the migrations as the user of the given connection string, who owns what they create.</summary>
public static class RegistryMigrator
{
    private const int MostAttempts = 50;
    private const string History = "\"__EFMigrationsHistory\"";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Creates the database where it is missing and brings it to the newest migration. Safe to run twice and at once.</summary>
    /// <returns>The migrations that were applied, oldest first.</returns>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken ct)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        if (await IsNewestAsync(dataSource, ct))
            return [];
        var options = new DbContextOptionsBuilder<RegistryDb>().UseRegistry(dataSource).Options;
        await using var db = new RegistryDb(options) { IsSystem = true };
        await CreateDatabaseAsync(db, ct);

        // Whoever comes second waits for the first and finds nothing to do. The framework's own lock is a table that does not exist before the first migration.
        await using var turn = await dataSource.OpenConnectionAsync(ct);
        await TakeTurnAsync(turn, ct);

        // Without its table the framework would find out by errors that nothing is applied yet, and they stand in the server's log as if something were wrong.
        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(ct);
        var before = await AppliedAsync(db, ct);

        // Building an index over a large table takes as long as it takes; whoever has no patience cancels.
        db.Database.SetCommandTimeout(0);
        await db.Database.MigrateAsync(ct);
        return [.. (await AppliedAsync(db, ct)).Except(before, StringComparer.Ordinal)];
    }

    /// <summary>Most starts find nothing to do, and need not build the whole model to see it.</summary>
    private static async Task<bool> IsNewestAsync(NpgsqlDataSource dataSource, CancellationToken ct)
    {
        try
        {
            await using var exists = dataSource.CreateCommand($"SELECT to_regclass('{History}') IS NOT NULL");
            if (await exists.ExecuteScalarAsync(ct) is not true)
                return false;
            await using var applied = dataSource.CreateCommand($"SELECT migration_id FROM {History}");
            var missing = typeof(RegistryMigrator).Assembly.GetTypes().Select(static type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>()
                .ToHashSet(StringComparer.Ordinal);
            await using var rows = await applied.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct))
                missing.Remove(rows.GetString(0));
            return missing.Count == 0;
        }
        catch (PostgresException none) when (none.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            return false;
        }
    }

    /// <summary>
    /// Creates the database where there is none. Of several who try, one succeeds; the others see that it is there or that the template is in use, and look
    /// again.
    /// </summary>
    private static async Task CreateDatabaseAsync(RegistryDb db, CancellationToken ct)
    {
        var creator = db.GetService<IRelationalDatabaseCreator>();
        for (var attempt = 1; !await creator.ExistsAsync(ct); attempt++)
        {
            try
            {
                await creator.CreateAsync(ct);
            }
            catch (PostgresException taken) when (attempt < MostAttempts
                && taken.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ObjectInUse)
            {
                await Task.Delay(Pause, ct);
            }
        }
    }

    /// <summary>
    /// Asks again and again rather than wait within a statement: that would hold a snapshot, for whose end an index that is built concurrently waits, and both
    /// would wait for ever.
    /// </summary>
    private static async Task TakeTurnAsync(NpgsqlConnection turn, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand("SELECT pg_try_advisory_lock(hashtextextended('imageservice:migrate', 0))", turn);
        while (await take.ExecuteScalarAsync(ct) is not true)
            await Task.Delay(Pause, ct);
    }

    private static async Task<IReadOnlyList<string>> AppliedAsync(RegistryDb db, CancellationToken ct) => [.. await db.Database.GetAppliedMigrationsAsync(ct)];
}
