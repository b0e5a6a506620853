using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

[Trait("Level", "Integration")]
public sealed class RegistryModelTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_migrations_say_what_the_model_says()
    {
        await using var db = registry.Registry.ForSystem();

        db.Database.HasPendingModelChanges().ShouldBeFalse("run: dotnet ef migrations add <Name> --project Core --output-dir Registry/Migrations");
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        (await RegistryMigrator.MigrateAsync(registry.OwnerConnectionString, Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Choices_are_stored_in_snake_case()
    {
        var mine = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        var key = new SigningKey
        {
            OrganizationId = mine.OrganizationId, TenantId = mine.TenantId, Kid = $"k{Guid.CreateVersion7():n}", ProtectedSecret = [1],
            State = SigningKeyState.VerifyOnly
        };
        db.SigningKeys.Add(key);
        await db.SaveChangesAsync(Ct);

        (await registry.AsOwnerAsync($"SELECT state FROM signing_keys WHERE id = '{key.Id}'")).ShouldBe("verify_only");
        (await db.SigningKeys.AsNoTracking().SingleAsync(k => k.State == SigningKeyState.VerifyOnly, Ct)).Id.ShouldBe(key.Id);
    }

    [Fact]
    public async Task Assets_are_found_by_words_of_filename_folder_and_tags()
    {
        var mine = await registry.NewOrganizationAsync();
        var asset = mine.NewAsset();
        asset.Folder = "/products/summer-2026";
        asset.Tags = ["Blue suede", "sale"];
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.Assets.AddRange(asset, mine.NewAsset());
        await db.SaveChangesAsync(Ct);

        foreach (var words in new[] { "summer", "SUEDE", "sale products", "2026 shoe" })
            (await db.Assets.Where(a => a.Search.Matches(EF.Functions.PlainToTsQuery("simple", words)) && a.Tags.Contains("sale"))
                .Select(a => a.Id).ToListAsync(Ct)).ShouldBe([asset.Id], words);
        (await db.Assets.AnyAsync(a => a.Search.Matches(EF.Functions.PlainToTsQuery("simple", "winter")), Ct)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("UPDATE assets SET folder = '/a/' WHERE id = '{id}'")]
    [InlineData("UPDATE assets SET folder = 'a' WHERE id = '{id}'")]
    [InlineData("UPDATE assets SET access = 'open' WHERE id = '{id}'")]
    [InlineData("UPDATE assets SET focal_x = 0.5 WHERE id = '{id}'")]
    [InlineData("UPDATE assets SET focal_x = 0.5, focal_y = 1.5 WHERE id = '{id}'")]
    [InlineData("UPDATE assets SET content_hash = 'X' WHERE id = '{id}'")]
    [InlineData("UPDATE assets SET metadata = '[]' WHERE id = '{id}'")]
    [InlineData("UPDATE asset_versions SET format = 'bmp' WHERE asset_id = '{id}'")]
    [InlineData("UPDATE asset_versions SET tier = 'icy' WHERE asset_id = '{id}'")]
    [InlineData("UPDATE spaces SET slug = '-a' WHERE id = (SELECT space_id FROM assets WHERE id = '{id}')")]
    [InlineData("UPDATE spaces SET default_access = 'open' WHERE id = (SELECT space_id FROM assets WHERE id = '{id}')")]
    public async Task The_database_refuses_what_the_design_forbids(string sql)
    {
        var mine = await registry.NewOrganizationAsync();
        var asset = mine.NewAsset();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.Assets.Add(asset);
        await db.SaveChangesAsync(Ct);

        (await Should.ThrowAsync<PostgresException>(registry.AsOwnerAsync(sql.Replace("{id}", asset.Id.ToString(), StringComparison.Ordinal))))
            .SqlState.ShouldBe(PostgresErrorCodes.CheckViolation);
    }

    [Fact]
    public async Task The_variant_look_up_is_answered_by_its_index_alone()
    {
        var mine = await registry.NewOrganizationAsync();
        var asset = mine.NewAsset();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.Assets.Add(asset);
        db.Variants.Add(NewVariant(mine, asset));
        await db.SaveChangesAsync(Ct);
        await registry.AsOwnerAsync("VACUUM ANALYZE variants");

        var plan = await registry.AsOwnerAsync(
            $"SET enable_seqscan = off; EXPLAIN SELECT storage_key, format, size_bytes FROM variants WHERE asset_id = '{asset.Id}' AND version = 1 AND operations_hash = '{new string('c', 64)}'");

        plan.ShouldBeOfType<string>().ShouldContain("Index Only Scan using ix_variants_asset_id_version_operations_hash");
    }

    [Fact]
    public async Task One_operations_hash_has_one_variant()
    {
        var mine = await registry.NewOrganizationAsync();
        var asset = mine.NewAsset();
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.Assets.Add(asset);
        db.Variants.AddRange(NewVariant(mine, asset), NewVariant(mine, asset));

        RegistryFailure.IsDuplicate(await Should.ThrowAsync<DbUpdateException>(db.SaveChangesAsync(Ct))).ShouldBeTrue();
    }

    [Fact]
    public void Names_read_back_as_written()
    {
        foreach (var tier in Enum.GetValues<StorageTier>())
            SnakeCase.Read<StorageTier>(SnakeCase.Write(tier)).ShouldBe(tier);
        SnakeCase.Write(ActorType.ApiKey).ShouldBe("api_key");
        SnakeCase.TryRead<ActorType>("ApiKey", out _).ShouldBeFalse();
    }

    private static Variant NewVariant(TestOrganization mine, Asset asset) => new()
    {
        OrganizationId = mine.OrganizationId, SpaceId = mine.SpaceId, AssetId = asset.Id, Version = 1, Operations = "fmt_webp-w_10",
        OperationsHash = new string('c', 64),
        Format = "webp", StorageKey = $"{Guid.CreateVersion7()}", StorageProvider = "file", SizeBytes = 1, ContentHash = new string('d', 64), Width = 10,
        Height = 8, ProcessingTimeMs = 1,
    };
}
