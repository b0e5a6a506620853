using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>Lets <c>dotnet ef migrations add</c> build the model; it needs no server.</summary>
internal sealed class RegistryDbDesign : IDesignTimeDbContextFactory<RegistryDb>
{
    public RegistryDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<RegistryDb>().UseRegistry(NpgsqlDataSource.Create("Host=localhost;Database=registry")).Options);
}
