using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>
/// Whether the database has every migration that this build knows: until then a replica is of no use, whatever order a roll-out has.
/// A schema that is ahead fits too (the release before works on it), and one that fitted once does not go back, so that it is looked up once.
/// </summary>
internal sealed class SchemaHealthCheck(RegistryFactory registry) : IHealthCheck
{
    private volatile bool _fits;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_fits)
            return HealthCheckResult.Healthy();
        try
        {
            await using var db = registry.ForSystem();
            var missing = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
            _fits = missing.Count == 0;
            return _fits
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus,
                    $"The schema lacks {missing.Count} migrations, the first {missing[0]}: run `Worker migrate`.");
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege
            or PostgresErrorCodes.InvalidCatalogName)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The database was never migrated: run `Worker migrate`.", exception);
        }
        catch (UnfitPoolerException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The pooler before the database is set up wrongly; the log says how to mend it.",
                exception);
        }
        catch (NpgsqlException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The database does not answer.", exception);
        }
    }
}
