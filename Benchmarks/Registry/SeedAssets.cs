using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using ImageService.Core.Storage;
using Npgsql;
using NpgsqlTypes;

namespace ImageService.Benchmarks.Registry;

/// <summary>
/// Fills a space of a running stack with small distinct pictures: real rows and real objects, so that lists, searches and thumbnails can be measured. One
/// picture goes the way of every upload; the others are written beside it, straight into registry and store, which is why the stack must run on this machine
/// with its originals in a folder. Nothing is told of them: no job, no webhook, no event.
/// </summary>
internal static class SeedAssets
{
    private const int Page = 2_000;

    private static readonly string[] Adjectives =
        ["amber", "blue", "bright", "calm", "dark", "early", "golden", "green", "late", "misty", "red", "silver", "warm", "white"];

    private static readonly string[] Nouns =
        ["beach", "bridge", "chair", "city", "coast", "field", "forest", "harbour", "jacket", "lake", "market", "shoe", "street", "table", "tower"];

    private static readonly string[] Folders = ["/", "/products", "/products/shoes", "/campaigns/spring", "/campaigns/autumn", "/press"];

    /// <param name="options"><c>--api URL --key KEY --tenant SLUG --space SLUG --count N</c>.</param>
    /// <returns>0; 2 where an option is missing or the stack cannot be filled.</returns>
    public static async Task<int> RunAsync(string[] options)
    {
        var (api, key, tenant, space) = (Read(options, "--api"), Read(options, "--key"), Read(options, "--tenant"), Read(options, "--space"));
        if (api is null || key is null || tenant is null || space is null
            || !int.TryParse(Read(options, "--count"), CultureInfo.InvariantCulture, out var count) || count < 1)
        {
            await Console.Error.WriteLineAsync("seed --api URL --key KEY --tenant SLUG --space SLUG --count N");
            return 2;
        }

        var clock = Stopwatch.StartNew();
        var settings = ApiSettings.Of(new Uri(api).Port);
        if (settings is not { Registry: { } registry, Objects: { } objects })
        {
            await Console.Error.WriteLineAsync(
                $"No process of this machine that listens on port {new Uri(api).Port} tells of a registry and of a folder of originals (Storage:Root): "
                + "only such a stack can be filled.");
            return 2;
        }

        var seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
        var template = await UploadAsync(api, key, tenant, space, SmallPicture.Of(seed).Png);
        await using var source = NpgsqlDataSource.Create(registry);
        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync(connection, "SET app.system = 'on'");
        var (assetId, storageKey) = await FindAsync(connection, template);
        var paths = new FilePaths(objects);
        for (var written = 1; written < count; written += Page)
            await WritePageAsync(connection, paths, (assetId, storageKey), written, Math.Min(Page, count - written), seed);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count} assets in {clock.Elapsed.TotalSeconds:0.0} s, {count / clock.Elapsed.TotalSeconds:0} a second"));
        return 0;
    }

    private static string? Read(string[] options, string name) =>
        Array.IndexOf(options, name) is >= 0 and var at && at + 1 < options.Length ? options[at + 1] : null;

    /// <returns>The content's hash.</returns>
    private static async Task<string> UploadAsync(string api, string key, string tenant, string space, byte[] picture)
    {
        using var http = new HttpClient { BaseAddress = new Uri(api) };
        http.DefaultRequestHeaders.Add("X-API-Key", key);
        using var file = new ByteArrayContent(picture) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        using var form = new MultipartFormDataContent
        {
            { new StringContent(tenant), "tenant" }, { new StringContent(space), "space" }, { file, "file", "first.png" },
        };
        using var answer = await http.PostAsync(new Uri("/v1/assets", UriKind.Relative), form);
        var told = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{(int)answer.StatusCode} for the first picture: {told}");
        using var made = JsonDocument.Parse(told);
        return made.RootElement.GetProperty("contentHash").GetString()!;
    }

    private static async Task<(Guid AssetId, string StorageKey)> FindAsync(NpgsqlConnection connection, string contentHash)
    {
        await using var find = new NpgsqlCommand("SELECT asset_id, storage_key FROM asset_versions WHERE content_hash = @hash", connection);
        find.Parameters.AddWithValue("hash", contentHash);
        await using var row = await find.ExecuteReaderAsync();
        if (!await row.ReadAsync())
            throw new InvalidOperationException("The first picture is not in the registry of this process.");
        return (row.GetGuid(0), row.GetString(1));
    }

    private static async Task WritePageAsync(
        NpgsqlConnection connection, FilePaths paths, (Guid AssetId, string StorageKey) template, int from, int count, long seed)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection,
            """
            CREATE TEMPORARY TABLE seeded (
                asset_id uuid, hash text, storage_key text, size_bytes bigint, filename text, folder text, tags text[], uploaded_at timestamptz,
                colour text) ON COMMIT DROP
            """);
        await using (var copy = await connection.BeginBinaryImportAsync("COPY seeded FROM STDIN (FORMAT BINARY)"))
        {
            for (var n = from; n < from + count; n++)
            {
                var id = Guid.CreateVersion7();
                var picture = SmallPicture.Of(seed + n);
                var storageKey = template.StorageKey.Replace(template.AssetId.ToString("n"), id.ToString("n"), StringComparison.Ordinal);
                if (storageKey == template.StorageKey)
                    throw new InvalidOperationException($"The key of an original does not name its asset: {storageKey}");
                var file = paths.FileOf(storageKey);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllBytesAsync(file, picture.Png);
                var (adjective, noun) = (Adjectives[n % Adjectives.Length], Nouns[n / Adjectives.Length % Nouns.Length]);
                await copy.StartRowAsync();
                await copy.WriteAsync(id, NpgsqlDbType.Uuid);
                await copy.WriteAsync(Convert.ToHexStringLower(SHA256.HashData(picture.Png)), NpgsqlDbType.Text);
                await copy.WriteAsync(storageKey, NpgsqlDbType.Text);
                await copy.WriteAsync((long)picture.Png.Length, NpgsqlDbType.Bigint);
                await copy.WriteAsync($"{adjective}-{noun}-{n}.png", NpgsqlDbType.Text);
                await copy.WriteAsync(Folders[n % Folders.Length], NpgsqlDbType.Text);
                await copy.WriteAsync(n % 50 == 1 ? [adjective, "sale"] : new[] { adjective }, NpgsqlDbType.Array | NpgsqlDbType.Text);
                await copy.WriteAsync(DateTime.UtcNow.AddSeconds(-n), NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(picture.Colour, NpgsqlDbType.Text);
            }

            await copy.CompleteAsync();
        }

        await ExecuteAsync(connection,
            """
            INSERT INTO assets (id, organization_id, tenant_id, space_id, content_hash, filename, folder, tags, access, uploaded_by, uploaded_at, updated_at,
                current_version, is_duplicate, variant_generation)
            SELECT s.asset_id, a.organization_id, a.tenant_id, a.space_id, s.hash, s.filename, s.folder, s.tags, a.access, a.uploaded_by, s.uploaded_at,
                s.uploaded_at, 1, false, 0
            FROM seeded s, assets a WHERE a.id = @id
            """, template.AssetId);
        await ExecuteAsync(connection,
            """
            INSERT INTO asset_versions
            SELECT (jsonb_populate_record(v, jsonb_build_object('id', gen_random_uuid(), 'asset_id', s.asset_id, 'content_hash', s.hash,
                'storage_key', s.storage_key, 'size_bytes', s.size_bytes, 'uploaded_at', s.uploaded_at, 'dominant_colour', s.colour,
                'intermediate_key', NULL, 'intermediate_hash', NULL, 'intermediate_width', 0, 'intermediate_height', 0))).*
            FROM seeded s, asset_versions v WHERE v.asset_id = @id AND v.version = 1
            """, template.AssetId);
        await ExecuteAsync(connection,
            """
            UPDATE quota_counters q SET used = used + CASE kind WHEN 'assets' THEN s.assets ELSE s.bytes END
            FROM assets a, (SELECT count(*) AS assets, sum(size_bytes)::bigint AS bytes FROM seeded) s
            WHERE a.id = @id AND q.scope_id IN (a.organization_id, a.tenant_id, a.space_id) AND q.kind IN ('assets', 'storage_bytes')
            """, template.AssetId);
        await transaction.CommitAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, Guid? id = null)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        if (id is { } value)
            command.Parameters.AddWithValue("id", value);
        await command.ExecuteNonQueryAsync();
    }
}
