using ImageService.Core.Messaging;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>Variants that the service makes for a preset before anybody asks for them.</summary>
public sealed class OwnVariantTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private VariantProvider Variants => Stack.Services.GetRequiredService<VariantProvider>();

    [Fact]
    public async Task That_a_presets_variant_is_ready_is_told_with_its_row_and_once()
    {
        var (space, request) = await PresetAsync();

        (await Variants.EnsureAsync(request, Ct)).Value.ShouldBeTrue();
        (await Variants.EnsureAsync(request, Ct)).Value.ShouldBeFalse();

        await using var db = space.Db();
        var row = await db.Variants.AsNoTracking().SingleAsync(Ct);
        var told = Messages.Read<VariantReady>((await db.Facts().SingleAsync(fact => fact.Type == "variant_ready", Ct)).Body);
        told.ShouldBe(new VariantReady(space.OrganizationId, request.AssetId.Value, 1, row.OperationsHash));
    }

    [Fact]
    public async Task What_could_not_be_told_was_not_made_and_is_made_again()
    {
        var (space, request) = await PresetAsync();
        await using var db = space.Db();
        await AsOwnerAsync("ALTER TABLE queue.messages ADD CONSTRAINT nobody_is_told CHECK (type <> 'variant_ready') NOT VALID");

        await Should.ThrowAsync<DbUpdateException>(() => Variants.EnsureAsync(request, Ct));

        (await db.Variants.CountAsync(Ct)).ShouldBe(0);
        await AsOwnerAsync("ALTER TABLE queue.messages DROP CONSTRAINT nobody_is_told");
        (await Variants.EnsureAsync(request, Ct)).Value.ShouldBeTrue();
        (await db.Facts().CountAsync(fact => fact.Type == "variant_ready", Ct)).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_is_told_of_what_a_visitor_asked_for()
    {
        var (space, request) = await PresetAsync();

        var described = (await Variants.DescribeAsync(request with { IsOwn = false }, Ct)).Value;
        await (await Variants.OpenAsync(described, Ct)).Value.DisposeAsync();

        await using var db = space.Db();
        (await db.Variants.CountAsync(Ct)).ShouldBe(1);
        (await db.Facts().AnyAsync(fact => fact.Type == "variant_ready", Ct)).ShouldBeFalse();
    }

    private async Task AsOwnerAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Servers.Registry);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task<(StackSpace Space, VariantRequest Request)> PresetAsync()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync();
        await using (var db = space.Db())
        {
            var preset = new Preset { OrganizationId = space.OrganizationId, Slug = "card", Name = "Card" };
            preset.Revisions.Add(new PresetRevisionRow { OrganizationId = space.OrganizationId, PresetId = preset.Id, Revision = 1, Operations = "w_50" });
            db.Presets.Add(preset);
            await db.SaveChangesAsync(Ct);
        }

        var place = (await Stack.Services.GetRequiredService<AssetDirectory>().FindPlaceAsync(space.OrganizationId, asset.Id.Value, Ct))!;
        var request = new VariantRequest
        {
            Space = place.Space,
            AssetId = asset.Id,
            Version = 1,
            Operations = new ImageOperations { Preset = "card" },
            Extension = ImageFormat.Jpg,
            IsOwn = true,
        };
        return (space, request);
    }
}
