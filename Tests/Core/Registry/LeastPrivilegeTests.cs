using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

/// <summary>As in production: an owner that is no superuser migrates, and the services log in as someone who owns nothing.</summary>
[Trait("Level", "Integration")]
public sealed class LeastPrivilegeTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_owner_without_superuser_rights_migrates_and_a_login_without_any_serves()
    {
        var name = $"p{Guid.CreateVersion7():n}";
        await registry.AsOwnerAsync(
            $"""
            CREATE ROLE {name}_owner LOGIN PASSWORD 'test' CREATEDB CREATEROLE NOSUPERUSER;
            CREATE ROLE {name}_service LOGIN PASSWORD 'test' NOSUPERUSER IN ROLE imageservice_app;
            """);
        var owner = As($"{name}_owner", name);
        await using var services = RegistryFixture.Build(As($"{name}_service", name));
        try
        {
            (await RegistryMigrator.MigrateAsync(owner, Ct)).ShouldNotBeEmpty();
            await ServeAsync(services);
            await OwnNothingAsync(services, owner);
        }
        finally
        {
            await services.DisposeAsync();
            await using (var pool = new NpgsqlConnection(owner))
                NpgsqlConnection.ClearPool(pool);
            await registry.AsOwnerAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            await registry.AsOwnerAsync($"DROP ROLE {name}_service; DROP ROLE {name}_owner");
        }
    }

    private static async Task ServeAsync(ServiceProvider services)
    {
        var organization = new Organization { Slug = "acme", Name = "Acme" };
        await using (var db = services.GetRequiredService<RegistryFactory>().ForOrganization(organization.Id))
        {
            db.Organizations.Add(organization);
            await db.SaveChangesAsync(Ct);
            organization.Name = "Acme Ltd";
            await db.SaveChangesAsync(Ct);
        }

        (await services.GetRequiredService<AuditVerifier>().VerifyAsync(organization.Id, Ct)).ShouldBe(new AuditVerification(2, null));
    }

    private static async Task OwnNothingAsync(ServiceProvider services, string owner)
    {
        // Taking the role off gains nothing: the login has no rights of its own beyond the role's.
        await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SET ROLE NONE; SELECT count(*) FROM organizations");
        (await command.ExecuteScalarAsync(Ct)).ShouldBeOneOf(0L, null);

        // Row-level security is forced: without an organization the owner sees nothing either.
        await using var connection = new NpgsqlConnection(owner);
        await connection.OpenAsync(Ct);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM organizations", connection);
        (await count.ExecuteScalarAsync(Ct)).ShouldBe(0L);
    }

    private string As(string user, string database) =>
        new NpgsqlConnectionStringBuilder(registry.OwnerConnectionString) { Username = user, Password = "test", Database = database }.ConnectionString;
}
