using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using ImageService.Tests.Support.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Uploads;

/// <summary>The Api as a process of its own, killed without warning while it takes images in.</summary>
[Trait("Level", "Integration")]
public sealed class KilledApiTests(PostgresServer postgres, RedisServer redis) : IAsyncLifetime
{
    private const int Rounds = 4;

    private readonly string _root = Directory.CreateTempSubdirectory("imageservice-killed-").FullName;
    private readonly HttpClient _http = new();
    private string _owner = "";
    private ApiProcess _api = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _owner = await postgres.CreateDatabaseAsync("migrated", async owner => await RegistryMigrator.MigrateAsync(owner, CancellationToken.None), Ct);
        _http.BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));
        _api = new ApiProcess(_http.BaseAddress, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__registry"] = _owner,
            ["ConnectionStrings__cache"] = await redis.GetConnectionStringAsync(Ct),
            ["Storage__Root"] = _root,
            ["Signing__MasterKey"] = Convert.ToBase64String(SHA256.HashData("killed"u8)),
            ["Access__PlatformKey"] = ApiFactory.PlatformKey,
            ["Ingestion__UploadPartBytes"] = "65536",
        }, _root);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_no_row_is_without_its_object()
    {
        await _api.StartAsync();
        var created = await new ApiClient(_http) { Key = ApiFactory.PlatformKey }.PostAsync("/v1/organizations", new { slug = "killed", name = "Killed" })
            .OkAsync(201);
        var organizationId = Guid.Parse(created.Text("id"));
        var client = new ApiClient(_http) { Key = created.Text("apiKey") };
        await client.PostAsync("/v1/organizations/killed/tenants", new { slug = "site", name = "Site" }).OkAsync(201);
        await client.PostAsync("/v1/organizations/killed/tenants/site/spaces", new { slug = "open", name = "Open", defaultAccess = "public" }).OkAsync(201);

        var big = IngestionFixture.Png(1, 500, 400);
        var location = await BeginTusAsync(client, big.Length);
        var acknowledged = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            var uploads = Enumerable.Range(round * 100, 12)
                .Select(seed => UploadAsync(client, seed, acknowledged)).Append(ContinueTusAsync(client, location, big)).ToList();
            await Task.WhenAny(uploads);
            await Task.Delay(Random.Shared.Next(5, 150), Ct);
            await _api.KillAsync();
            await Task.WhenAll(uploads);
            await _api.StartAsync();
        }

        acknowledged.ShouldNotBeEmpty();
        var offset = await ContinueTusAsync(client, location, big);
        offset.ShouldBe(big.Length);
        using var head = await client.SendAsync(HttpMethod.Head, location, null, ("Tus-Resumable", "1.0.0"));
        acknowledged[head.Headers.GetValues("X-Asset-Id").Single()] = Convert.ToHexStringLower(SHA256.HashData(big));
        foreach (var (id, hash) in acknowledged)
        {
            using var content = await client.GetAsync($"/v1/assets/{id}/content");
            Convert.ToHexStringLower(SHA256.HashData(await content.Content.ReadAsByteArrayAsync(Ct))).ShouldBe(hash);
        }

        await _api.KillAsync();
        await ShouldBeWholeAsync(organizationId);
    }

    /// <summary>Every row has its object; what has no row is in staging or named by an intent there.</summary>
    private async Task ShouldBeWholeAsync(Guid organizationId)
    {
        await using var services = RegistryFixture.Build(_owner);
        await using var db = services.GetRequiredService<RegistryFactory>().ForOrganization(organizationId);
        var versions = await db.AssetVersions.AsNoTracking().ToListAsync(Ct);
        var store = new FileObjectStore(_root);
        foreach (var version in versions)
            (await store.HeadAsync(version.StorageKey, Ct)).ShouldNotBeNull(version.StorageKey).SizeBytes.ShouldBe(version.SizeBytes);
        (await db.QuotaCounters.AsNoTracking()
            .SingleAsync(row => row.ScopeId == organizationId && row.Kind == "storage_bytes", Ct)).Used.ShouldBe(versions.Sum(version => version.SizeBytes));
        (await db.Facts().CountAsync(message => message.Type == "asset_uploaded", Ct)).ShouldBe(versions.Count);
        var known = versions.Select(version => version.StorageKey).ToHashSet(StringComparer.Ordinal);
        var staging = ObjectKey.StagingPrefix(organizationId);
        var (all, intents) = (new List<string>(), ObjectKey.StagingIntentsPrefix(organizationId));
        await foreach (var listing in store.ListAsync($"{organizationId:n}/", Ct))
            all.Add(listing.Key);
        foreach (var orphan in all.Where(key => !known.Contains(key) && !key.StartsWith(staging, StringComparison.Ordinal)))
        {
            var parts = orphan.Split('/');
            all.ShouldContain($"{intents}{parts[1]}.{parts[2]}", orphan);
        }
    }

    private static async Task UploadAsync(ApiClient client, int seed, ConcurrentDictionary<string, string> acknowledged)
    {
        var bytes = IngestionFixture.Png(seed + 1000, 60, 60);
        try
        {
            using var response = await client.PostAsync("/v1/assets", Sending.Form(bytes, "open"));
            if (response.StatusCode is HttpStatusCode.Created)
                acknowledged[(await Task.FromResult(response).OkAsync(201)).Text("id")] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            // The process died under it: nothing was acknowledged.
        }
    }

    private static async Task<string> BeginTusAsync(ApiClient client, int length)
    {
        var metadata = string.Join(',', new[] { "tenant c2l0ZQ==", "space b3Blbg==", "filename " + Convert.ToBase64String(Encoding.UTF8.GetBytes("big.png")) });
        using var begun = await client.SendAsync(
            HttpMethod.Post, "/v1/uploads", null, ("Tus-Resumable", "1.0.0"), ("Upload-Length", length.ToString(CultureInfo.InvariantCulture)),
            ("Upload-Metadata", metadata));
        begun.StatusCode.ShouldBe(HttpStatusCode.Created);
        return begun.Headers.Location!.ToString();
    }

    /// <summary>
    /// Asks where the upload stands and sends the next 100 000 bytes, until all are there or the process dies; returns the last known offset.
    /// </summary>
    private async Task<long> ContinueTusAsync(ApiClient client, string location, byte[] bytes)
    {
        long offset = 0;
        try
        {
            while (true)
            {
                using var head = await client.SendAsync(HttpMethod.Head, location, null, ("Tus-Resumable", "1.0.0"));
                head.StatusCode.ShouldBe(HttpStatusCode.OK, _api.ToString());
                offset = long.Parse(head.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
                if (offset == bytes.Length)
                    return offset;
                var content = new ByteArrayContent(bytes, (int)offset, (int)Math.Min(100_000, bytes.Length - offset));
                content.Headers.ContentType = new("application/offset+octet-stream");
                (await client.SendAsync(HttpMethod.Patch, location, content, ("Tus-Resumable", "1.0.0"),
                    ("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture)))).Dispose();
            }
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return offset;
        }
    }
}
