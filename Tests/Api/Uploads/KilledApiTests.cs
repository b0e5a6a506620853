using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ImageService.Api;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
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
    private Dictionary<string, string> _settings = [];
    private string _owner = "";
    private readonly ConcurrentQueue<string> _told = new();
    private Process? _api;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _owner = await postgres.CreateDatabaseAsync("migrated", async owner => await RegistryMigrator.MigrateAsync(owner, CancellationToken.None), Ct);
        _http.BaseAddress = new Uri($"http://127.0.0.1:{FreePort()}");
        _settings = new(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = _http.BaseAddress.GetLeftPart(UriPartial.Authority),
            ["ConnectionStrings__registry"] = _owner,
            ["ConnectionStrings__cache"] = await redis.GetConnectionStringAsync(Ct),
            ["Storage__Root"] = _root,
            ["Signing__MasterKey"] = Convert.ToBase64String(SHA256.HashData("killed"u8)),
            ["Access__PlatformKey"] = ApiFactory.PlatformKey,
            ["Ingestion__UploadPartBytes"] = "65536",
        };
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _http.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_no_row_is_without_its_object()
    {
        await StartAsync();
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
            await KillAsync();
            await Task.WhenAll(uploads);
            await StartAsync();
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

        await KillAsync();
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
                head.StatusCode.ShouldBe(HttpStatusCode.OK, Told());
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

    private async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = _root, UseShellExecute = false, RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.ArgumentList.Add(typeof(AssemblyMarker).Assembly.Location);
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        _api = Process.Start(start).ShouldNotBeNull();
        _told.Clear();
        _api.OutputDataReceived += (_, line) => _told.Enqueue(line.Data ?? "");
        _api.ErrorDataReceived += (_, line) => _told.Enqueue(line.Data ?? "");
        _api.BeginOutputReadLine();
        _api.BeginErrorReadLine();
        var started = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            _api.HasExited.ShouldBeFalse(Told());
            started.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(2), Told());
            await Task.Delay(100, Ct);
        }
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var response = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/v1/uploads"), Ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>What the process said last.</summary>
    private string Told() => string.Join('\n', _told.TakeLast(100));

    /// <summary>SIGKILL.</summary>
    private async Task KillAsync()
    {
        if (_api is null)
            return;
        _api.Kill(entireProcessTree: true);
        await _api.WaitForExitAsync(CancellationToken.None);
        _api.Dispose();
        _api = null;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
