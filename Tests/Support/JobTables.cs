using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using ImageService.Core.Registry;
using Npgsql;

namespace ImageService.Tests.Support;

/// <summary>The jobs' tables, as a worker makes them at its first start, by the role that fills them.</summary>
internal static class JobTables
{
    /// <summary>Collection of the tests that use the jobs' library, whose log belongs to the process: one host's end would take it from the others.</summary>
    public const string Collection = "jobs";

    public static Task<PostgreSqlStorage> MakeAsync(string ownerConnectionString)
    {
        LogProvider.SetCurrentLogProvider(null);
        var source = new NpgsqlDataSourceBuilder(ownerConnectionString);
        RegistryConnection.UseApplicationRole(source);
        var options = new PostgreSqlStorageOptions { SchemaName = "hangfire", PrepareSchemaIfNecessary = true };
        return Task.Run(() => new PostgreSqlStorage(new NpgsqlConnectionFactory(source.ConnectionStringBuilder.ConnectionString, options), options));
    }
}
