using Shouldly;
using Xunit;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ImageService.Tests.Core.Registry;

[Trait("Level", "Integration")]
public sealed class RowLevelSecurityTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_table_has_forced_row_level_security_and_a_policy()
    {
        var unprotected = await registry.AsOwnerAsync(
            """
            SELECT string_agg(c.relname, ', ') FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '__EFMigrationsHistory'
              AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
            """);

        unprotected.ShouldBe(DBNull.Value);
    }

    [Fact]
    public async Task Every_table_with_an_organization_compares_it_with_the_unit_of_works()
    {
        var wrong = await registry.AsOwnerAsync(
            """
            SELECT string_agg(c.relname, ', ') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT EXISTS (
                SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
                  AND pg_get_expr(p.polqual, p.polrelid) LIKE '%organization_id = (NULLIF(current_setting(''app.organization_id''%')
            """);

        wrong.ShouldBe(DBNull.Value);
    }

    [Fact]
    public async Task A_query_without_a_filter_sees_only_its_own_organization()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());
        await SaveAsync(mine.OrganizationId, mine.NewAsset());
        await SaveAsync(theirs.OrganizationId, theirs.NewAsset());

        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);

        (await db.Organizations.Select(o => o.Id).ToListAsync(Ct)).ShouldBe([mine.OrganizationId]);
        (await db.Tenants.Select(t => t.OrganizationId).Distinct().ToListAsync(Ct)).ShouldBe([mine.OrganizationId]);
        (await db.Assets.Select(a => a.OrganizationId).Distinct().ToListAsync(Ct)).ShouldBe([mine.OrganizationId]);
        (await db.AssetVersions.Select(a => a.OrganizationId).Distinct().ToListAsync(Ct)).ShouldBe([mine.OrganizationId]);
        (await db.AuditLogs.Select(a => a.OrganizationId).Distinct().ToListAsync(Ct)).ShouldBe([mine.OrganizationId]);
    }

    [Fact]
    public async Task A_unit_of_work_without_an_organization_sees_nothing()
    {
        await registry.NewOrganizationAsync();
        await using var command =
            registry.Source.CreateCommand("SELECT (SELECT count(*) FROM organizations) + (SELECT count(*) FROM spaces) + (SELECT count(*) FROM audit_logs)");

        (await command.ExecuteScalarAsync(Ct)).ShouldBe(0L);
    }

    [Fact]
    public async Task Writing_into_another_organization_fails()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.Assets.Add(theirs.NewAsset());

        var failure = await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(Ct));

        ((PostgresException)failure.InnerException!).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Changing_and_deleting_in_another_organization_touches_nothing()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());
        var asset = await SaveAsync(theirs.OrganizationId, theirs.NewAsset());
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);

        (await db.Assets.Where(a => a.Id == asset.Id).ExecuteUpdateAsync(set => set.SetProperty(a => a.Filename, "stolen.jpg"), Ct)).ShouldBe(0);
        (await db.Assets.Where(a => a.Id == asset.Id).ExecuteDeleteAsync(Ct)).ShouldBe(0);
    }

    [Fact]
    public async Task A_row_cannot_point_across_the_boundary()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());
        await using var db = registry.Registry.ForSystem();
        db.Spaces.Add(new Space { OrganizationId = mine.OrganizationId, TenantId = theirs.TenantId, Slug = "astray", Name = "Astray" });

        var failure = await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(Ct));

        ((PostgresException)failure.InnerException!).SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
    }

    [Theory]
    [InlineData("UPDATE audit_logs SET action = 'nothing'")]
    [InlineData("DELETE FROM audit_logs")]
    [InlineData("TRUNCATE audit_logs")]
    [InlineData("UPDATE audit_heads SET sequence = 0")]
    [InlineData("DELETE FROM audit_heads")]
    [InlineData("UPDATE preset_revisions SET operations = 'w_1'")]
    [InlineData("DELETE FROM asset_uses")]
    [InlineData("INSERT INTO asset_uses SELECT asset_id, organization_id, space_id, now() FROM asset_versions")]
    [InlineData("UPDATE stored_totals SET bytes = 0")]
    [InlineData("DELETE FROM stored_hours")]
    [InlineData("DELETE FROM stored_changes")]
    [InlineData("INSERT INTO asset_tags SELECT organization_id, 'mine', id, space_id FROM assets")]
    [InlineData("ALTER TABLE assets DISABLE ROW LEVEL SECURITY")]
    [InlineData("ALTER TABLE audit_logs DISABLE TRIGGER ALL")]
    [InlineData("DROP POLICY organization_boundary ON assets")]
    [InlineData("CREATE TABLE mine (id int)")]
    [InlineData("SELECT protect_by_organization('assets', 'ALL')")]
    [InlineData("SET row_security = off; SELECT count(*) FROM assets")]
    public async Task The_applications_role_cannot(string sql)
    {
        await using var command = registry.Source.CreateCommand(sql);

        (await Should.ThrowAsync<PostgresException>(command.ExecuteNonQueryAsync(Ct))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task The_role_is_the_sessions_default_and_survives_the_pools_reset_and_reset_role()
    {
        await using var connection = await registry.Source.OpenConnectionAsync(Ct);
        foreach (var sql in new[] { "SELECT 1", "DISCARD ALL", "RESET ROLE", "RESET ALL", "SET SESSION AUTHORIZATION DEFAULT" })
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Ct);
            await using var who = new NpgsqlCommand("SELECT current_user::text", connection);
            (await who.ExecuteScalarAsync(Ct)).ShouldBe(RegistryConnection.ApplicationRole, sql);
        }
    }

    [Fact]
    public async Task The_organization_does_not_stay_with_the_pooled_connection()
    {
        var mine = await registry.NewOrganizationAsync();
        await using var services = RegistryFixture.Build(registry.OwnerConnectionString + ";Maximum Pool Size=1");
        var source = (NpgsqlDataSource)services.GetService(typeof(NpgsqlDataSource))!;
        var factory = (RegistryFactory)services.GetService(typeof(RegistryFactory))!;
        object? process;
        await using (var db = factory.ForOrganization(mine.OrganizationId))
        {
            process = await db.Database.SqlQuery<int>($"SELECT pg_backend_pid() AS \"Value\"").SingleAsync(Ct);
            (await db.Spaces.CountAsync(Ct)).ShouldBe(1);
        }

        await using (var db = factory.ForSystem())
            (await db.Spaces.CountAsync(Ct)).ShouldBeGreaterThan(0);

        await using var next =
            source.CreateCommand(
                "SELECT pg_backend_pid(), current_setting('app.organization_id', true), current_setting('app.system', true), (SELECT count(*) FROM spaces)");
        await using var reader = await next.ExecuteReaderAsync(Ct);
        await reader.ReadAsync(Ct);
        reader.GetInt32(0).ShouldBe(process, "the same connection");
        (reader.IsDBNull(1) ? "" : reader.GetString(1)).ShouldBe("");
        (reader.IsDBNull(2) ? "" : reader.GetString(2)).ShouldBe("");
        reader.GetInt64(3).ShouldBe(0);
    }

    [Fact]
    public async Task Many_organizations_on_few_connections_never_see_each_other()
    {
        var organizations = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => registry.NewOrganizationAsync()));
        await using var services = RegistryFixture.Build(registry.OwnerConnectionString + ";Maximum Pool Size=3");
        var factory = (RegistryFactory)services.GetService(typeof(RegistryFactory))!;

        await Parallel.ForAsync(0, 800, new ParallelOptions { MaxDegreeOfParallelism = 24, CancellationToken = Ct }, async (i, ct) =>
        {
            var mine = organizations[i % organizations.Length].OrganizationId;
            await using var db = factory.ForOrganization(mine);
            (await db.Spaces.Select(s => s.OrganizationId).Distinct().ToListAsync(ct)).ShouldBe([mine]);
        });
    }

    [Fact]
    public async Task People_are_seen_by_the_organizations_they_belong_to_and_their_sessions_by_none()
    {
        var (mine, theirs) = (await registry.NewOrganizationAsync(), await registry.NewOrganizationAsync());
        var user = new User { Email = $"{Guid.CreateVersion7():n}@example.com", Name = "Ann" };
        await using (var db = registry.Registry.ForSystem())
        {
            db.Users.Add(user);
            db.UserSessions.Add(
                new UserSession
                {
                    UserId = user.Id, TokenHash = Guid.CreateVersion7().ToByteArray().Concat(new byte[16]).ToArray(),
                    ExpiresAt = DateTimeOffset.UtcNow
                });
            db.Members.Add(new Member { OrganizationId = mine.OrganizationId, UserId = user.Id, Email = user.Email, Role = Role.Viewer });
            await db.SaveChangesAsync(Ct);
        }

        await using var inside = registry.Registry.ForOrganization(mine.OrganizationId);
        await using var outside = registry.Registry.ForOrganization(theirs.OrganizationId);
        (await inside.Users.Select(u => u.Id).ToListAsync(Ct)).ShouldBe([user.Id]);
        (await outside.Users.AnyAsync(Ct)).ShouldBeFalse();
        (await inside.UserSessions.AnyAsync(Ct)).ShouldBeFalse();
        (await inside.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Name, "Bob"), Ct)).ShouldBe(0);
    }

    private async Task<Asset> SaveAsync(Guid organizationId, Asset asset)
    {
        await using var db = registry.Registry.ForOrganization(organizationId);
        db.Assets.Add(asset);
        await db.SaveChangesAsync(Ct);
        return asset;
    }
}
