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

    /// <summary>
    /// Functions behind the search for words and tags. Behind row-level security PostgreSQL takes an index only for what is known to tell nothing of rows that
    /// are refused, and a search would read every asset there is. These compare, and fail on no value; a superuser alone may say so, and a dump forgets it.
    /// </summary>
    private const string Trusted = "'ts_match_vq(tsvector, tsquery)', 'arraycontains(anyarray, anyarray)'";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Creates the database where it is missing and brings it to the newest migration. Safe to run twice and at once.</summary>
    /// <returns>The migrations that were applied, oldest first.</returns>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken ct)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        RegistryConnection.WriteToPrimary(builder.ConnectionStringBuilder);
        await using var dataSource = builder.Build();
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
        await LetSearchUseIndexesAsync(turn, ct);
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
            await rows.CloseAsync();
            return missing.Count == 0 && !await MayTrustAsync(dataSource, ct);
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

    /// <summary>Whether there is something to declare, and this user may.</summary>
    private static async Task<bool> MayTrustAsync(NpgsqlDataSource dataSource, CancellationToken ct)
    {
        await using var ask = dataSource.CreateCommand(
            $"SELECT r.rolsuper AND EXISTS (SELECT FROM unnest(ARRAY[{Trusted}]::regprocedure[]) f JOIN pg_proc p ON p.oid = f WHERE NOT p.proleakproof) "
            + "FROM pg_roles r WHERE r.rolname = current_user");
        return await ask.ExecuteScalarAsync(ct) is true;
    }

    private static async Task LetSearchUseIndexesAsync(NpgsqlConnection owner, CancellationToken ct)
    {
        await using var declare = new NpgsqlCommand(
            $"""
            DO $$
            DECLARE f regprocedure;
            BEGIN
                IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                    FOREACH f IN ARRAY ARRAY[{Trusted}]::regprocedure[] LOOP
                        EXECUTE format('ALTER FUNCTION %s LEAKPROOF', f);
                    END LOOP;
                END IF;
            END $$
            """, owner);
        await declare.ExecuteNonQueryAsync(ct);
    }

    private static async Task<IReadOnlyList<string>> AppliedAsync(RegistryDb db, CancellationToken ct) => [.. await db.Database.GetAppliedMigrationsAsync(ct)];
}
