using System.Diagnostics;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

[Trait("Level", "Integration")]
public sealed class PresetGenerationTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2027, 3, 10, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private PresetGenerations Generations => new(registry.Registry, _time);

    [Fact]
    public async Task Ten_thousand_assets_are_planned_in_two_seconds()
    {
        var (organization, preset) = await PresetAsync(assets: 10_000);
        var clock = Stopwatch.StartNew();
        (await Generations.PlanAsync(organization, preset, Guid.CreateVersion7(), Ct)).ShouldBeTrue();
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
        var plan = await Generations.FindAsync(organization, preset, Ct);
        plan.ShouldNotBeNull();
        (plan.State, plan.Total, plan.Done, plan.Revision).ShouldBe((PresetGenerationState.Queued, 10_000, 0, 1));
        TestContext.Current.TestOutputHelper?.WriteLine($"planned 10,000 assets in {clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task The_same_message_twice_plans_once_and_progress_is_kept()
    {
        var (organization, preset) = await PresetAsync(assets: 3);
        var id = Guid.CreateVersion7();
        (await Generations.PlanAsync(organization, preset, id, Ct)).ShouldBeTrue();
        var page = await PageAsync(organization, id);
        (await Generations.AdvanceAsync(organization, id, page[0], made: 2, refused: 0, Ct)).ShouldBeTrue();
        (await Generations.PlanAsync(organization, preset, id, Ct)).ShouldBeTrue();
        (await PageAsync(organization, id)).ShouldBe([page[1], page[2]]);
        (await Generations.FindAsync(organization, preset, Ct))!.Made.ShouldBe(2);
    }

    [Fact]
    public async Task An_old_message_that_comes_once_more_leaves_the_newer_plan_alone()
    {
        var (organization, preset) = await PresetAsync(assets: 2);
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Generations.PlanAsync(organization, preset, first, Ct);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Generations.PlanAsync(organization, preset, second, Ct);
        (await Generations.PlanAsync(organization, preset, first, Ct)).ShouldBeFalse();
        (await PageAsync(organization, second)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_asset_is_counted_by_the_run_that_came_first_alone()
    {
        var (organization, preset) = await PresetAsync(assets: 2);
        var id = Guid.CreateVersion7();
        await Generations.PlanAsync(organization, preset, id, Ct);
        var page = await PageAsync(organization, id);
        (await Generations.AdvanceAsync(organization, id, page[0], 1, 0, Ct)).ShouldBeTrue();
        (await Generations.AdvanceAsync(organization, id, page[0], 1, 0, Ct)).ShouldBeFalse();
        (await Generations.AdvanceAsync(organization, id, page[1], 0, 1, Ct)).ShouldBeTrue();
        await Generations.FinishAsync(organization, id, Ct);
        var end = (await Generations.FindAsync(organization, preset, Ct))!;
        (end.State, end.Total, end.Done, end.Made, end.Refused).ShouldBe((PresetGenerationState.Done, 2, 2, 1, 1));
        (await Generations.NextAsync(organization, id, 10, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_stopped_run_goes_no_further_and_a_newer_revision_stops_the_older_run()
    {
        var (organization, preset) = await PresetAsync(assets: 2);
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Generations.PlanAsync(organization, preset, first, Ct);
        var page = await PageAsync(organization, first);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Generations.PlanAsync(organization, preset, second, Ct);
        (await Generations.NextAsync(organization, first, 10, Ct)).ShouldBeNull();
        (await Generations.AdvanceAsync(organization, first, page[0], 1, 0, Ct)).ShouldBeFalse();

        (await Generations.StopAsync(organization, preset, Ct)).ShouldBeTrue();
        (await Generations.StopAsync(organization, preset, Ct)).ShouldBeFalse();
        (await Generations.NextAsync(organization, second, 10, Ct)).ShouldBeNull();
        (await Generations.PlanAsync(organization, preset, second, Ct)).ShouldBeFalse();
        (await Generations.FindAsync(organization, preset, Ct))!.State.ShouldBe(PresetGenerationState.Stopped);
    }

    [Fact]
    public async Task A_preset_that_makes_nothing_by_itself_is_not_planned()
    {
        var (organization, preset) = await PresetAsync(assets: 1, autoGenerate: false);
        (await Generations.PlanAsync(organization, preset, Guid.CreateVersion7(), Ct)).ShouldBeFalse();
        (await Generations.FindAsync(organization, preset, Ct)).ShouldBeNull();
    }

    [Theory]
    [InlineData("", "", true)]
    [InlineData("hat", "", false)]
    [InlineData("hat,shoe", "", true)]
    [InlineData("", "/products", true)]
    [InlineData("", "/products/shoes/", true)]
    [InlineData("", "/products/sho", false)]
    [InlineData("", "/", true)]
    [InlineData("hat", "/products", true)]
    public async Task The_database_matches_as_an_upload_does(string tags, string folders, bool matches)
    {
        await using var db = registry.Registry.ForSystem();
        var (any, below) = (tags.Split(',', StringSplitOptions.RemoveEmptyEntries), folders.Split(',', StringSplitOptions.RemoveEmptyEntries));
        string[] own = ["shoe", "red"];
        (await db.Database.SqlQuery<bool>($"""SELECT preset_matches({any}, {below}, {own}, '/products/shoes') AS "Value" """)
            .SingleAsync(Ct)).ShouldBe(matches);
    }

    private async Task<IReadOnlyList<Guid>> PageAsync(Guid organization, Guid id) => (await Generations.NextAsync(organization, id, 10, Ct))!.AssetIds;

    private async Task<(Guid Organization, Guid Preset)> PresetAsync(int assets, bool autoGenerate = true)
    {
        var place = await registry.NewOrganizationAsync();
        var preset = new Preset
        {
            OrganizationId = place.OrganizationId, TenantId = place.TenantId, SpaceId = place.SpaceId, Slug = "card", Name = "card",
            AutoGenerate = autoGenerate,
            MatchFolders = ["/products"], CreatedAt = _time.GetUtcNow(), UpdatedAt = _time.GetUtcNow(),
        };
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.Presets.Add(preset);
        await db.SaveChangesAsync(Ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO assets (id, organization_id, tenant_id, space_id, current_version, content_hash, filename, folder, tags, access, variant_generation, is_duplicate, uploaded_at, updated_at)
            SELECT gen_random_uuid(), {place.OrganizationId}, {place.TenantId}, {place.SpaceId}, 1, lpad(to_hex(n), 64, '0'), 'a.jpg',
                CASE WHEN n <= {assets} THEN '/products/shoes' ELSE '/other' END, ARRAY[]::text[], 'public', 0, false, now(), now()
            FROM generate_series(1, {assets + 1}) AS n
            """, Ct);
        return (place.OrganizationId, preset.Id);
    }
}
