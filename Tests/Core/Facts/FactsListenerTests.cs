using ImageService.Core.Facts;
using ImageService.Core.Presets;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Facts;

/// <summary>Two processes on one database: what one writes, the other hears of.</summary>
[Trait("Level", "Integration")]
public sealed class FactsListenerTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IAsyncLifetime
{
    private ServiceProvider _other = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private TenantDirectory Directory => _other.GetRequiredService<TenantDirectory>();

    public async ValueTask InitializeAsync()
    {
        _other = RegistryFixture.Build(registry.OwnerConnectionString);
        await registry.ListenAsync(_other);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_space_that_was_not_there_is_found_once_it_is_made()
    {
        var mine = await registry.NewOrganizationAsync();
        (await Directory.FindSpaceAsync(mine.Organization, mine.Tenant, "blog", Ct)).ShouldBeNull();
        await WriteAsync(mine, db => db.Spaces.Add(new Space { OrganizationId = mine.OrganizationId, TenantId = mine.TenantId, Slug = "blog", Name = "Blog" }));

        await Probe.UntilAsync(async () => await Directory.FindSpaceAsync(mine.Organization, mine.Tenant, "blog", Ct) is not null, "the space is found");
    }

    [Fact]
    public async Task A_policy_set_on_any_level_holds_in_the_space()
    {
        var mine = await registry.NewOrganizationAsync();
        (await SpaceAsync(mine)).Policy.MaxOutputWidth.ShouldBe(8192);
        await WriteAsync(mine, db => db.Policies.Add(Policy(mine, PolicyLevel.Organization, mine.OrganizationId, "max_output_width", "1000")));

        await Probe.UntilAsync(async () => (await SpaceAsync(mine)).Policy.MaxOutputWidth == 1000, "the policy holds");
    }

    [Fact]
    public async Task A_deleted_organization_is_gone()
    {
        var mine = await registry.NewOrganizationAsync();
        await SpaceAsync(mine);
        await WriteAsync(mine, db => db.Organizations.Single().DeletedAt = DateTimeOffset.UtcNow);

        await Probe.UntilAsync(async () => await Directory.FindSpaceAsync(mine.Organization, mine.Tenant, mine.Space, Ct) is null, "the organization is gone");
    }

    [Fact]
    public async Task An_upload_forgets_no_other_asset()
    {
        var mine = await registry.NewOrganizationAsync();
        var (kept, added) = (mine.NewAsset(), mine.NewAsset());
        await WriteAsync(mine, db => db.Assets.Add(kept));
        await RegistryFixture.CatchUpAsync(_other);
        var space = await SpaceAsync(mine);
        var assets = _other.GetRequiredService<AssetDirectory>();
        var before = await assets.FindAsync(space, new AssetId(kept.Id), 1, Ct);
        (await assets.FindAsync(space, new AssetId(added.Id), 1, Ct)).ShouldBeNull();
        await WriteAsync(mine, db => db.Assets.Add(added));

        await Probe.UntilAsync(async () => await assets.FindAsync(space, new AssetId(added.Id), 1, Ct) is not null, "the upload is found");
        (await assets.FindAsync(space, new AssetId(kept.Id), 1, Ct)).ShouldBeSameAs(before);
        (await Directory.FindSpaceAsync(mine.Organization, mine.Tenant, mine.Space, Ct)).ShouldBeSameAs(space);
    }

    [Fact]
    public async Task An_asset_made_private_is_private_and_a_deleted_one_gone_also_by_bulk_statements()
    {
        var mine = await registry.NewOrganizationAsync();
        var asset = mine.NewAsset();
        await WriteAsync(mine, db => db.Assets.Add(asset));
        var space = await SpaceAsync(mine);
        var assets = _other.GetRequiredService<AssetDirectory>();
        (await assets.FindAsync(space, new AssetId(asset.Id), 1, Ct)).ShouldNotBeNull().Access.ShouldBe(AssetAccess.Public);

        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        await db.Assets.ExecuteUpdateAsync(set => set.SetProperty(a => a.Access, AssetAccess.Private), Ct);
        await Probe.UntilAsync(async () => (await assets.FindAsync(space, new AssetId(asset.Id), 1, Ct))?.Access is AssetAccess.Private, "it is private");

        await db.Assets.ExecuteUpdateAsync(set => set.SetProperty(a => a.DeletedAt, DateTimeOffset.UtcNow), Ct);
        await Probe.UntilAsync(async () => await assets.FindAsync(space, new AssetId(asset.Id), 1, Ct) is null, "it is gone");
    }

    [Fact]
    public async Task A_change_that_is_rolled_back_is_never_seen()
    {
        var mine = await registry.NewOrganizationAsync();
        await RegistryFixture.CatchUpAsync(_other);
        var before = await SpaceAsync(mine);
        await using (var db = registry.Registry.ForOrganization(mine.OrganizationId))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            db.Policies.Add(Policy(mine, PolicyLevel.Space, mine.SpaceId, "quality_default", "10"));
            await db.SaveChangesAsync(Ct);
            await transaction.RollbackAsync(Ct);
        }

        await WriteAsync(mine, db => db.Policies.Add(Policy(mine, PolicyLevel.Space, mine.SpaceId, "variant_budget", "7")));
        await Probe.UntilAsync(async () => (await SpaceAsync(mine)).Policy.VariantBudget == 7, "the other change is seen");
        (await SpaceAsync(mine)).Policy.QualityFor(ImageFormat.Jpg).ShouldBe(before.Policy.QualityFor(ImageFormat.Jpg));
    }

    [Fact]
    public async Task The_writer_itself_sees_its_write_at_once()
    {
        var mine = await registry.NewOrganizationAsync();
        var own = registry.Services.GetRequiredService<TenantDirectory>();
        for (var i = 1; i <= 20; i++)
        {
            (await own.FindSpaceAsync(mine.Organization, mine.Tenant, $"s{i}", Ct)).ShouldBeNull();
            await WriteAsync(mine,
                db => db.Spaces.Add(new Space { OrganizationId = mine.OrganizationId, TenantId = mine.TenantId, Slug = $"s{i}", Name = "S" }));
            (await own.FindSpaceAsync(mine.Organization, mine.Tenant, $"s{i}", Ct)).ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task The_triggers_say_what_the_list_of_tables_says()
    {
        var told = new List<string>();
        await using var db = registry.Registry.ForSystem();
        told.AddRange(await db.Database.SqlQuery<string>(
            $"""
            SELECT c.relname || '|' || replace(encode(t.tgargs, 'escape'), '\000', '|') AS "Value"
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE p.proname = 'notify_fact'
            """).ToListAsync(Ct));

        told.ShouldBe(FactTable.All.Select(table => $"{table.Name}|{Column(table, table.Organization)}|{Column(table, table.Key)}|"), ignoreOrder: true);

        string Column(FactTable table, string property) => db.Model.FindEntityType(table.Entity)!.FindProperty(property)!.GetColumnName();
    }

    [Fact]
    public async Task A_member_or_a_webhook_makes_nothing_unknown()
    {
        var mine = await registry.NewOrganizationAsync();
        await RegistryFixture.CatchUpAsync(_other);
        var before = await SpaceAsync(mine);
        await WriteAsync(mine,
            db =>
                db.Webhooks.Add(new Webhook
                {
                    OrganizationId = mine.OrganizationId, Url = "https://example.com/", Events = ["asset.uploaded"],
                    ProtectedSecret = [1]
                }));
        await RegistryFixture.CatchUpAsync(_other);

        (await SpaceAsync(mine)).ShouldBeSameAs(before);
    }

    [Fact]
    public async Task After_a_lost_connection_everything_is_forgotten()
    {
        var mine = await registry.NewOrganizationAsync();
        await RegistryFixture.CatchUpAsync(_other);
        var before = await SpaceAsync(mine);
        await registry.AsOwnerAsync("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ILIKE 'LISTEN facts' OR query = 'SELECT 1'");

        await Probe.UntilAsync(async () => !ReferenceEquals(await SpaceAsync(mine), before), "the facts were looked up again");
        _other.GetRequiredService<FactsCache>().IsListening.ShouldBeTrue();
    }

    [Fact]
    public async Task The_nearest_preset_wins_and_a_new_revision_is_used()
    {
        var mine = await registry.NewOrganizationAsync();
        var presets = _other.GetRequiredService<PresetCatalog>();
        var (top, near) = (NewPreset(mine, "thumb", "w_100"), NewPreset(mine, "thumb", "w_200", mine.TenantId, mine.SpaceId));
        await WriteAsync(mine, db => db.Presets.AddRange(top, near, NewPreset(mine, "hero", "w_1600")));
        var space = await SpaceAsync(mine);

        await Probe.UntilAsync(async () => (await presets.ListEffectiveAsync(space, Ct)).Count == 2, "both presets are there");
        (await presets.FindAsync(space, "thumb", Ct)).ShouldNotBeNull().Operations.Width.ShouldBe(200);
        (await presets.FindAsync(space, "nothing", Ct)).ShouldBeNull();

        await using (var db = registry.Registry.ForOrganization(mine.OrganizationId))
        {
            var preset = await db.Presets.SingleAsync(p => p.Id == near.Id, Ct);
            preset.CurrentRevision = 2;
            db.PresetRevisions.Add(new PresetRevisionRow { OrganizationId = mine.OrganizationId, PresetId = near.Id, Revision = 2, Operations = "w_300" });
            await db.SaveChangesAsync(Ct);
        }

        await Probe.UntilAsync(async () => (await presets.FindAsync(space, "thumb", Ct)) is { Revision: 2, Operations.Width: 300 }, "the new revision is used");
    }

    [Fact]
    public async Task A_key_revoked_elsewhere_is_refused()
    {
        var mine = await registry.NewOrganizationAsync();
        var keyId = ImageService.Core.Access.ApiKeyText.NewKeyId();
        var (text, hash) = ImageService.Core.Access.ApiKeyText.New(keyId);
        var verifier = _other.GetRequiredService<ImageService.Core.Access.ApiKeyVerifier>();
        await WriteAsync(mine,
            db => db.ApiKeys.Add(new ApiKey { OrganizationId = mine.OrganizationId, KeyId = keyId, Name = "ci", SecretHash = hash, Scopes = ["image:read"] }));
        (await verifier.VerifyAsync(text, null, Ct)).IsSuccess.ShouldBeTrue();
        await WriteAsync(mine, db => db.ApiKeys.Single().RevokedAt = DateTimeOffset.UtcNow);

        await Probe.UntilAsync(async () => !(await verifier.VerifyAsync(text, null, Ct)).IsSuccess, "the key is refused");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("null")]
    public async Task A_strange_notice_makes_the_listener_forget_not_fail(string payload)
    {
        var mine = await registry.NewOrganizationAsync();
        await RegistryFixture.CatchUpAsync(_other);
        var before = await SpaceAsync(mine);
        await registry.AsOwnerAsync($"SELECT pg_notify('facts', '{payload}')");

        await Probe.UntilAsync(async () => !ReferenceEquals(await SpaceAsync(mine), before), "the facts were looked up again");
    }

    private async Task<SpaceScope> SpaceAsync(TestOrganization of) =>
        (await Directory.FindSpaceAsync(of.Organization, of.Tenant, of.Space, Ct)).ShouldNotBeNull();

    private async Task WriteAsync(TestOrganization of, Action<RegistryDb> write)
    {
        await using var db = registry.Registry.ForOrganization(of.OrganizationId);
        write(db);
        await db.SaveChangesAsync(Ct);
    }

    private static PolicyRow Policy(TestOrganization of, PolicyLevel level, Guid scope, string key, string value) =>
        new() { OrganizationId = of.OrganizationId, Level = level, ScopeId = scope, Key = key, Value = value };

    private static Preset NewPreset(TestOrganization of, string slug, string operations, Guid? tenant = null, Guid? space = null)
    {
        var preset = new Preset { OrganizationId = of.OrganizationId, TenantId = tenant, SpaceId = space, Slug = slug, Name = slug };
        preset.Revisions.Add(new PresetRevisionRow { OrganizationId = of.OrganizationId, PresetId = preset.Id, Revision = 1, Operations = operations });
        return preset;
    }
}
