using System.Net;
using ImageService.Tests.Acceptance;
using Npgsql;
using Shouldly;

namespace ImageService.Tests.EndToEnd;

/// <summary>A space with many images: one that was uploaded, and rows beside it without objects, whose pictures stay away.</summary>
/// <param name="Slug">Of the space.</param>
/// <param name="Path">Of its library in the portal.</param>
internal sealed record Shelf(string Slug, string Path)
{
    /// <summary>Every tenth is called spring, every 50th is on sale.</summary>
    /// <param name="stack">Started by this run: rows are written into its database.</param>
    /// <param name="caller">May make spaces.</param>
    /// <param name="images">2 or more.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Shelf> OfAsync(RunningStack stack, Caller caller, int images, CancellationToken ct)
    {
        var summary = await stack.SummaryAsync();
        var space = $"shelf-{Random.Shared.Next(1_000_000_000)}";
        var spaces = $"/v1/organizations/{summary.Organization}/tenants/{summary.Tenant}/spaces";
        (await caller.PostAsync(spaces, new { slug = space, name = "Shelf", defaultAccess = "public" }).ShouldBe(HttpStatusCode.Created)).Dispose();
        using var uploaded = await caller.UploadAsync(Pictures.Jpeg(320, 240, Random.Shared.Next()), summary.Tenant, space, "first.jpg")
            .ShouldBe(HttpStatusCode.Created);
        await CopyAsync(await stack.RegistryAsync(ct), (await uploaded.JsonAsync())["contentHash"].Text(), images - 1, ct);
        return new Shelf(space, $"/o/{summary.Organization}/{summary.Tenant}/{space}");
    }

    private static async Task CopyAsync(string connection, string contentHash, int count, CancellationToken ct)
    {
        await using var registry = new NpgsqlConnection(connection);
        await registry.OpenAsync(ct);
        await using var copy = new NpgsqlCommand(
            """
            WITH source AS (SELECT * FROM assets WHERE content_hash = @hash),
            copied AS (
                INSERT INTO assets (id, organization_id, tenant_id, space_id, current_version, content_hash, filename, folder, tags, access,
                    variant_generation, is_duplicate, uploaded_at, updated_at)
                SELECT gen_random_uuid(), organization_id, tenant_id, space_id, 1, lpad(to_hex(n), 64, '0'),
                    CASE WHEN n % 10 = 1 THEN 'spring ' ELSE 'winter ' END || n || '.jpg', '/',
                    CASE WHEN n % 50 = 1 THEN ARRAY['sale'] ELSE ARRAY[]::text[] END, access, 0, false, now() - n * interval '1 second', now()
                FROM source, generate_series(1, @count) AS n RETURNING id, content_hash)
            INSERT INTO asset_versions
            SELECT (jsonb_populate_record(original, jsonb_build_object('id', gen_random_uuid(), 'asset_id', copied.id,
                'content_hash', copied.content_hash, 'storage_key', original.storage_key || '-' || copied.content_hash))).*
            FROM copied, source JOIN asset_versions AS original ON original.asset_id = source.id
            """, registry);
        copy.Parameters.AddWithValue("hash", contentHash);
        copy.Parameters.AddWithValue("count", count);
        (await copy.ExecuteNonQueryAsync(ct)).ShouldBe(count);
    }
}
