using Microsoft.EntityFrameworkCore.Migrations;

namespace ImageService.Core.Registry;

/// <summary>Runs the SQL that EF cannot say. The scripts lie in <c>Core/Registry/Sql</c> and are part of the assembly.</summary>
public static class SqlScript
{
    /// <summary>Runs one script whole, as one command of the migration.</summary>
    public static void Script(this MigrationBuilder migration, string name) => migration.Sql(Read(name));

    /// <exception cref="InvalidOperationException">No such script.</exception>
    public static string Read(string name)
    {
        var resource = $"{typeof(SqlScript).Namespace}.Sql.{name}.sql";
        using var stream = typeof(SqlScript).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"No embedded script {resource}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
