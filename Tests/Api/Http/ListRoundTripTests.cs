using System.Text.Json.Nodes;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

/// <summary>
/// Every route of the OpenAPI document that answers with a page asks the database as often for a hundred rows as for one, with nothing in memory.
/// </summary>
[Trait("Level", "Integration")]
[Collection(JobTables.Collection)]
public sealed class ListRoundTripTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const int Rows = 100;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Named(int i) => $"n{i:000}";

    private static byte[] Hash(int i) => [.. BitConverter.GetBytes(i), .. new byte[28]];

    [Fact]
    public async Task A_list_of_a_hundred_asks_as_often_as_a_list_of_one()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("owner");
        var (asset, webhook) = await FillAsync(home, person.Email);
        var document = await api.Anonymous().GetAsync("/openapi/v1.json").OkAsync();
        var paths = document["paths"]!.AsObject().Where(path => IsPage(document, path.Value!["get"])).Select(path => path.Key).ToList();

        List<string> offenders = [];
        foreach (var path in paths)
        {
            var filled = path.Replace("{org}", home.Slug, StringComparison.Ordinal)
                .Replace("{tenant}", "site", StringComparison.Ordinal).Replace("{space}", "open", StringComparison.Ordinal)
                .Replace("/webhooks/{id}", $"/webhooks/{webhook}", StringComparison.Ordinal)
                .Replace("/assets/{id}", $"/assets/{asset}", StringComparison.Ordinal);
            var client = path == "/v1/organizations" ? person.Client : home.Owner;
            var query = path == "/v1/assets/folders" ? "?tenant=site&space=open&limit=" : "?limit=";
            var ((few, one), (many, all)) = (await CountAsync(client, filled + query + 1), await CountAsync(client, filled + query + Rows));
            if (few != many) // once a minute a request also writes down that its session is used
                ((few, one), (many, all)) = (await CountAsync(client, filled + query + 1), await CountAsync(client, filled + query + Rows));
            if (one.Items().Count != 1 || all.Items().Count != Rows || few == 0 || few != many)
                offenders.Add($"{path}: {few} for {one.Items().Count} row, {many} for {all.Items().Count}");
        }

        offenders.ShouldBeEmpty();
        paths.Count.ShouldBeGreaterThan(15);
    }

    private async Task<(int Commands, JsonObject Body)> CountAsync(ApiClient client, string path)
    {
        api.Services.GetRequiredService<FactsCache>().ForgetAll();
        return await DatabaseCommands.CountAsync(client, path);
    }

    private static bool IsPage(JsonObject document, JsonNode? operation)
    {
        var schema = operation?["responses"]?["200"]?["content"]?["application/json"]?["schema"];
        if ((string?)schema?["$ref"] is { } reference)
            schema = document["components"]!["schemas"]![reference.Split('/')[^1]];
        return schema?["properties"]?["nextCursor"] is not null;
    }

    /// <summary>A hundred rows of everything that is listed, behind the Api's back.</summary>
    /// <returns>The asset with a hundred variants and the webhook with a hundred deliveries.</returns>
    private async Task<(string Asset, Guid Webhook)> FillAsync(ApiHome home, string email)
    {
        var registry = api.Services.GetRequiredService<RegistryFactory>();
        await using var db = registry.ForOrganization(home.Id);
        var now = DateTimeOffset.UtcNow;
        var site = await db.Tenants.SingleAsync(row => row.Slug == "site", Ct);
        var open = await db.Spaces.SingleAsync(row => row.Slug == "open", Ct);
        var hook = new Webhook { OrganizationId = home.Id, Url = "https://example.com/", Events = ["asset.uploaded"], ProtectedSecret = [1] };
        db.Add(hook);
        Asset? first = null;
        for (var i = 0; i < Rows; i++)
        {
            var space = new Space { OrganizationId = home.Id, TenantId = site.Id, Slug = Named(i), Name = Named(i), CreatedAt = now, UpdatedAt = now };
            var preset = new Preset { OrganizationId = home.Id, Slug = Named(i), Name = Named(i) };
            preset.Revisions.Add(new PresetRevisionRow { OrganizationId = home.Id, PresetId = preset.Id, Revision = 1, Operations = "w_1" });
            var near = new Preset { OrganizationId = home.Id, TenantId = site.Id, Slug = Named(i), Name = Named(i) };
            near.Revisions.Add(new PresetRevisionRow { OrganizationId = home.Id, PresetId = near.Id, Revision = 1, Operations = "w_2" });
            var nearest = new Preset { OrganizationId = home.Id, TenantId = site.Id, SpaceId = open.Id, Slug = Named(i), Name = Named(i) };
            nearest.Revisions.Add(new PresetRevisionRow { OrganizationId = home.Id, PresetId = nearest.Id, Revision = 1, Operations = "w_3" });
            Overlay[] overlays = [NewOverlay(i), NewOverlay(i, site.Id), NewOverlay(i, site.Id, open.Id)];
            var elsewhere = new TestOrganization
            {
                OrganizationId = home.Id,
                TenantId = site.Id,
                SpaceId = space.Id,
                Organization = home.Slug,
                Tenant = "site",
                Space = space.Slug,
            }.NewAsset();
            var inFolder = new TestOrganization
            {
                OrganizationId = home.Id,
                TenantId = site.Id,
                SpaceId = open.Id,
                Organization = home.Slug,
                Tenant = "site",
                Space = "open",
            }.NewAsset();
            inFolder.Folder = "/" + Named(i);
            first ??= inFolder;
            db.AddRange(
                space, preset, near, nearest, overlays[0], overlays[1], overlays[2], elsewhere, inFolder,
                new DialectHost
                {
                    OrganizationId = home.Id, TenantId = site.Id, SpaceId = open.Id, Hostname = $"{Named(i)}.example.com", Dialect = UrlDialect.Native,
                    Challenge = "c",
                    CreatedAt = now, UpdatedAt = now,
                },
                new AssetAlias
                {
                    OrganizationId = home.Id, TenantId = site.Id, SpaceId = open.Id, Hostname = "n000.example.com", Path = Named(i),
                    AssetId = first.Id, CreatedAt = now
                },
                new EdgePurge
                {
                    Id = Guid.CreateVersion7(), Provider = "varnish", OrganizationId = home.Id, State = EdgePurgeState.Done, Tags = ["t"], CreatedAt = now,
                    UpdatedAt = now
                },
                new Tenant { OrganizationId = home.Id, Slug = Named(i), Name = Named(i), CreatedAt = now, UpdatedAt = now },
                new Member
                {
                    OrganizationId = home.Id, TenantId = site.Id, SpaceId = space.Id, Email = $"{Named(i)}@example.com", Role = Role.Viewer,
                    CreatedAt = now
                },
                new ApiKey
                {
                    OrganizationId = home.Id, TenantId = site.Id, KeyId = $"{home.Slug}{i}"[^16..], Name = Named(i), SecretHash = Hash(i),
                    Scopes = ["image:read"], CreatedAt = now
                },
                new Webhook { OrganizationId = home.Id, TenantId = site.Id, Url = "https://example.com/", Events = ["asset.uploaded"], ProtectedSecret = [1] },
                new WebhookDelivery
                {
                    OrganizationId = home.Id, WebhookId = hook.Id, Event = "asset.uploaded", Body = "{}", CreatedAt = now,
                    DeliveredAt = now
                },
                new ImportJob
                {
                    OrganizationId = home.Id, TenantId = site.Id, SpaceId = space.Id, Source = ImportSource.Zip, SourceKey = "", Defaults = "{}",
                    State = ImportState.Completed, CreatedAt = now, UpdatedAt = now
                },
                new StoreMove { OrganizationId = home.Id, Store = "file", State = StoreMoveState.Done, CreatedAt = now, UpdatedAt = now },
                new StoreMove { OrganizationId = home.Id, TenantId = site.Id, Store = "file", State = StoreMoveState.Done, CreatedAt = now, UpdatedAt = now },
                new StoreMove
                {
                    OrganizationId = home.Id, TenantId = site.Id, SpaceId = open.Id, Store = "file", State = StoreMoveState.Done, CreatedAt = now,
                    UpdatedAt = now
                },
                new Variant
                {
                    OrganizationId = home.Id, SpaceId = open.Id, AssetId = first.Id, Version = 1, Operations = $"w_{i + 1}",
                    OperationsHash = Convert.ToHexStringLower(Hash(i)), Format = "jpg",
                    StorageKey = $"{first.Id:n}/{i}", StorageProvider = "file", SizeBytes = 1, ContentHash = Convert.ToHexStringLower(Hash(i)), Width = 1,
                    Height = 1, ProcessingTimeMs = 1, CreatedAt = now,
                });
        }

        await db.SaveChangesAsync(Ct);
        await JobTables.MakeAsync(api.OwnerConnectionString);
        await api.AsOwnerAsync(
            $"INSERT INTO queue.messages (id, organization_id, type, body, dead_at) SELECT gen_random_uuid(), '{home.Id}', 'asset_uploaded', '{{}}', now() FROM generate_series(1, {Rows}) RETURNING 1");
        await using var system = registry.ForSystem();
        var user = await system.Users.SingleAsync(row => row.Email == email, Ct);
        for (var i = 0; i < Rows; i++)
        {
            var organization = new Organization { Slug = $"{Named(i)}-{home.Slug}", Name = Named(i), CreatedAt = now, UpdatedAt = now };
            system.AddRange(
                organization,
                new Member { OrganizationId = organization.Id, UserId = user.Id, Email = email, Role = Role.Viewer, CreatedAt = now, AcceptedAt = now });
        }

        await system.SaveChangesAsync(Ct);
        return (new AssetId(first!.Id).ToString(), hook.Id);

        Overlay NewOverlay(int i, Guid? tenantId = null, Guid? spaceId = null)
        {
            var overlay = new Overlay
            {
                OrganizationId = home.Id, TenantId = tenantId, SpaceId = spaceId, Slug = Named(i), Name = Named(i), CreatedAt = now,
                UpdatedAt = now
            };
            overlay.Revisions.Add(new OverlayRevisionRow { OrganizationId = home.Id, OverlayId = overlay.Id, Revision = 1, Elements = "[]", CreatedAt = now });
            return overlay;
        }
    }
}
