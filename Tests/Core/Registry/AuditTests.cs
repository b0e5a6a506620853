using System.Net;
using System.Text.Json;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

[Trait("Level", "Integration")]
public sealed class AuditTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_is_told_with_actor_before_and_after_and_no_secret()
    {
        var mine = await registry.NewOrganizationAsync();
        var key = new ApiKey
        {
            OrganizationId = mine.OrganizationId, KeyId = $"k{Guid.CreateVersion7():n}", Name = "ci", SecretHash = new byte[32],
            Scopes = ["image:read"]
        };
        var actor = registry.Services.GetRequiredService<CurrentActor>();
        actor.Become(new Actor
        {
            Type = ActorType.User,
            Id = mine.TenantId,
            Name = "ann@example.com",
            Ip = IPAddress.Parse("192.0.2.7"),
            UserAgent = "curl/8\0",
        });
        await using (var db = registry.Registry.ForOrganization(mine.OrganizationId))
        {
            db.ApiKeys.Add(key);
            await db.SaveChangesAsync(Ct);
            key.Name = "deploy";
            key.LastUsedAt = DateTimeOffset.UtcNow;
            await db.SaveChangesAsync(Ct);
            key.SecretHash = [.. Enumerable.Repeat((byte)7, 32)];
            await db.SaveChangesAsync(Ct);
            key.RevokedAt = DateTimeOffset.UtcNow;
            await db.SaveChangesAsync(Ct);
        }

        var lines = (await LinesAsync(mine)).Where(line => line.ResourceType == "api_key").ToList();

        lines.Select(line => line.Action).ShouldBe(["api_key.created", "api_key.updated", "api_key.rotated", "api_key.revoked"]);
        lines.ShouldAllBe(line =>
            line.ActorType == ActorType.User && line.ActorName == "ann@example.com" && line.UserAgent == "curl/8" && line.ResourceId == key.KeyId);
        lines[0].Ip.ShouldBe(IPAddress.Parse("192.0.2.7"));
        lines[0].Before.ShouldBeNull();
        Properties(lines[0].After).ShouldNotContain(name => name.Contains("secretHash", StringComparison.OrdinalIgnoreCase));
        Json(lines[1].Before).ShouldBe("""{"name":"ci"}""");
        Json(lines[1].After).ShouldBe("""{"name":"deploy"}""");
        lines[2].After.ShouldBeNull();
    }

    [Fact]
    public async Task What_changes_by_itself_makes_no_line()
    {
        var mine = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        var tenant = await db.Tenants.SingleAsync(Ct);
        tenant.UpdatedAt = DateTimeOffset.UtcNow.AddDays(1);
        var before = (await LinesAsync(mine)).Count;
        await db.SaveChangesAsync(Ct);

        (await LinesAsync(mine)).Count.ShouldBe(before);
    }

    [Fact]
    public async Task A_save_that_failed_and_was_repeated_leaves_one_line()
    {
        var mine = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        var taken = new Tenant { OrganizationId = mine.OrganizationId, Slug = mine.Tenant, Name = "Again" };
        db.Tenants.Add(taken);
        await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(Ct));
        db.Entry(taken).State = EntityState.Detached;
        db.Tenants.Add(new Tenant { OrganizationId = mine.OrganizationId, Slug = "shop", Name = "Shop" });
        await db.SaveChangesAsync(Ct);

        (await LinesAsync(mine)).Count(line => line.Action == "tenant.created").ShouldBe(2);
    }

    [Fact]
    public async Task Assets_are_told_as_uploaded_updated_deleted_and_restored()
    {
        var mine = await registry.NewOrganizationAsync();
        var asset = mine.NewAsset();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.Assets.Add(asset);
        await db.SaveChangesAsync(Ct);
        asset.Access = AssetAccess.Private;
        asset.Tags = ["summer"];
        await db.SaveChangesAsync(Ct);
        asset.VariantGeneration++;
        await db.SaveChangesAsync(Ct);
        asset.DeletedAt = DateTimeOffset.UtcNow;
        await db.SaveChangesAsync(Ct);
        asset.DeletedAt = null;
        await db.SaveChangesAsync(Ct);

        var lines = (await LinesAsync(mine)).Where(line => line.ResourceType == "asset").ToList();
        lines.Select(line => line.Action).ShouldBe(["asset.uploaded", "asset.updated", "asset.invalidated", "asset.deleted", "asset.restored"]);
        Json(lines[1].After).ShouldBe("""{"tags":["summer"],"access":"private"}""");
        lines[0].ResourceId.ShouldBe(new AssetId(asset.Id).ToString());
    }

    [Fact]
    public async Task Lines_are_numbered_without_gaps_under_32_parallel_writers_and_rolled_back_ones_leave_none()
    {
        var mine = await registry.NewOrganizationAsync();
        var start = (await LinesAsync(mine)).Count;

        await Parallel.ForAsync(0, 320, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Ct }, async (i, ct) =>
        {
            await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            db.Policies.Add(new PolicyRow
            {
                OrganizationId = mine.OrganizationId, Level = PolicyLevel.Organization, ScopeId = Guid.CreateVersion7(),
                Key = $"k{i}", Value = "1"
            });
            await db.SaveChangesAsync(ct);
            if (i % 4 == 0)
                await transaction.RollbackAsync(ct);
            else
                await transaction.CommitAsync(ct);
        });

        var lines = await LinesAsync(mine);
        lines.Select(line => line.Sequence).ShouldBe(Enumerable.Range(1, start + 240).Select(i => (long?)i));
        (await VerifyAsync(mine)).ShouldBe(new AuditVerification(start + 240, null));
    }

    [Fact]
    public async Task A_writer_can_choose_neither_number_nor_hash()
    {
        var mine = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO audit_logs (id, organization_id, sequence, hash, at, actor_type, actor_name, action, resource_type)
            VALUES ({Guid.CreateVersion7()}, {mine.OrganizationId}, 77, {new byte[32]}, now(), 'system', 'x', 'x.done', 'x')
            """,
            Ct);

        var line = (await LinesAsync(mine))[^1];
        line.Sequence.ShouldNotBe(77);
        (await VerifyAsync(mine)).IsIntact.ShouldBeTrue();
    }

    [Theory]
    [InlineData("UPDATE audit_logs SET actor_name = overlay(actor_name placing 'x' from 1 for 1) WHERE {row}", "changed")]
    [InlineData("UPDATE audit_logs SET after = '{\"slug\": \"other\"}' WHERE {row}", "changed")]
    [InlineData("UPDATE audit_logs SET at = at + interval '1 microsecond' WHERE {row}", "changed")]
    [InlineData("UPDATE audit_logs SET ip = '192.0.2.1' WHERE {row}", "changed")]
    [InlineData("UPDATE audit_logs SET hash = sha256('x') WHERE {row}", "changed")]
    [InlineData("DELETE FROM audit_logs WHERE {row}", "missing")]
    public async Task Verify_names_the_line_that_was_tampered_with(string sql, string kind)
    {
        foreach (var sequence in new[] { 1L, 3L, 5L })
        {
            var mine = await OrganizationWithLinesAsync(5);
            var id =
                (Guid)(await registry.AsOwnerAsync($"SELECT id FROM audit_logs WHERE organization_id = '{mine.OrganizationId}' AND sequence = {sequence}"))!;
            await registry.AsOwnerAsync(sql.Replace("{row}", $"id = '{id}'", StringComparison.Ordinal));

            (await VerifyAsync(mine)).Fault.ShouldBe(new AuditFault(kind, sequence, kind == "missing" ? null : id), $"line {sequence}");
        }
    }

    [Fact]
    public async Task Verify_finds_a_line_rewritten_together_with_its_own_hash()
    {
        var mine = await OrganizationWithLinesAsync(5);
        await registry.AsOwnerAsync(
            $"""
            UPDATE audit_logs a SET action = 'x.forged' WHERE organization_id = '{mine.OrganizationId}' AND sequence = 3;
            UPDATE audit_logs a SET hash = audit_hash((SELECT hash FROM audit_logs WHERE organization_id = a.organization_id AND sequence = 2), a)
            WHERE organization_id = '{mine.OrganizationId}' AND sequence = 3;
            """);

        (await VerifyAsync(mine)).Fault.ShouldNotBeNull().Sequence.ShouldBe(4);
    }

    [Fact]
    public async Task Verify_finds_a_line_slipped_in_behind_the_triggers()
    {
        var mine = await OrganizationWithLinesAsync(5);
        await registry.AsOwnerAsync(
            $"""
            SET session_replication_role = replica;
            INSERT INTO audit_logs (id, organization_id, at, actor_type, actor_name, action, resource_type)
            VALUES ('{Guid.CreateVersion7()}', '{mine.OrganizationId}', now(), 'system', 'x', 'x.done', 'x');
            """);

        (await VerifyAsync(mine)).Fault.ShouldNotBeNull().Kind.ShouldBe("unnumbered");
    }

    [Fact]
    public async Task Every_line_cut_off_is_found_down_to_the_last()
    {
        var mine = await OrganizationWithLinesAsync(5);
        await registry.AsOwnerAsync($"DELETE FROM audit_logs WHERE organization_id = '{mine.OrganizationId}'");

        (await VerifyAsync(mine)).Fault.ShouldBe(new AuditFault("missing", 1, null));
    }

    private async Task<TestOrganization> OrganizationWithLinesAsync(int lines)
    {
        var mine = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        for (var i = await db.AuditLogs.CountAsync(Ct); i < lines; i++)
        {
            db.Tenants.Add(new Tenant { OrganizationId = mine.OrganizationId, Slug = $"t{i}", Name = "T" });
            await db.SaveChangesAsync(Ct);
        }

        (await VerifyAsync(mine)).ShouldBe(new AuditVerification(lines, null));
        return mine;
    }

    private Task<AuditVerification> VerifyAsync(TestOrganization of) =>
        registry.Services.GetRequiredService<AuditVerifier>().VerifyAsync(of.OrganizationId, Ct);

    private async Task<List<AuditEntry>> LinesAsync(TestOrganization of)
    {
        await using var db = registry.Registry.ForOrganization(of.OrganizationId);
        return await db.AuditLogs.AsNoTracking().OrderBy(line => line.Sequence).ToListAsync(Ct);
    }

    private static string Json(string? json) => JsonSerializer.Serialize(JsonDocument.Parse(json!).RootElement);

    private static IEnumerable<string> Properties(string? json) => JsonDocument.Parse(json!).RootElement.EnumerateObject().Select(property => property.Name);
}
