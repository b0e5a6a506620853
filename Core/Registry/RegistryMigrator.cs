using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>Applies the migrations as the user of the given connection string, who owns what they create.</summary>
public static class RegistryMigrator
{
    /// <summary>Creates the database where it is missing and brings it to the newest migration. Safe to run twice and at once.</summary>
    /// <returns>The migrations that were applied, oldest first.</returns>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken ct)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        var options = new DbContextOptionsBuilder<RegistryDb>().UseRegistry(dataSource).Options;
        await using var db = new RegistryDb(options) { IsSystem = true };
        var before = await AppliedAsync(db, ct);

        // Building an index over a large table takes as long as it takes; whoever has no patience cancels.
        db.Database.SetCommandTimeout(0);
        await db.Database.MigrateAsync(ct);
        return [.. (await AppliedAsync(db, ct)).Except(before, StringComparer.Ordinal)];
    }

    private static async Task<IReadOnlyList<string>> AppliedAsync(RegistryDb db, CancellationToken ct) =>
        await db.Database.CanConnectAsync(ct) ? [.. await db.Database.GetAppliedMigrationsAsync(ct)] : [];
}
