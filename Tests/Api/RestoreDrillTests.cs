using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Api.Uploads;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api;

/// <summary>A backup under load, the loss of everything, and the way back (docs/backup.md).</summary>
[Trait("Level", "Integration")]
public sealed class RestoreDrillTests(RestoreDrillTests.DrillApi api) : IClassFixture<RestoreDrillTests.DrillApi>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_was_acknowledged_before_a_backup_answers_with_its_bytes_after_everything_was_lost()
    {
        await SkipWithoutClientAsync();
        var home = await api.NewHomeAsync();
        await home.Owner.PutAsync($"{home.Root}/policies/original_delivery", new { value = "exact" }).OkAsync(); // bytes as they were uploaded
        List<string> before = [];
        for (var number = 0; number < 6; number++)
            before.Add(await UploadAsync(home, number));

        using var folder = new PrivateFolder("backup");
        var backup = folder.Next();
        using var enough = new CancellationTokenSource();
        var uploads = UploadUntilAsync(home, enough.Token);
        await ScriptAsync("backup.sh", backup);
        await enough.CancelAsync();
        await uploads;

        NpgsqlConnection.ClearAllPools();
        await OnServerAsync($"DROP DATABASE \"{Registry.Database}\" WITH (FORCE)");
        Directory.Delete(api.StoreRoot, recursive: true);
        await ScriptAsync("restore.sh", backup);

        using var restored = api.WithWebHostBuilder(static _ => { });
        using var client = restored.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = false });
        client.DefaultRequestHeaders.Add("X-API-Key", home.Key);
        var listed =
            JsonNode.Parse(await client.GetStringAsync(new Uri("/v1/assets?tenant=site&space=open&limit=100", UriKind.Relative), Ct))!["items"]!.AsArray();
        before.ShouldBeSubsetOf(listed.Select(asset => asset!["id"]!.GetValue<string>()));
        foreach (var asset in listed)
        {
            var original = await client.GetByteArrayAsync(new Uri(asset!["urls"]!["original"]!.GetValue<string>()).PathAndQuery, Ct);
            Convert.ToHexStringLower(SHA256.HashData(original)).ShouldBe(asset["contentHash"]!.GetValue<string>());
        }
    }

    private static async Task UploadUntilAsync(ApiHome home, CancellationToken enough)
    {
        for (var number = 100; !enough.IsCancellationRequested && number < 200; number++)
            await UploadAsync(home, number);
    }

    private static async Task<string> UploadAsync(ApiHome home, int number) =>
        (await home.Owner.UploadAsync(Pictures.Png(64, 64, number))).Text("id");

    private NpgsqlConnectionStringBuilder Registry => new(api.OwnerConnectionString);

    private async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(api.OwnerConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task ScriptAsync(string script, string folder)
    {
        var registry = Registry;
        using var process = Process.Start(new ProcessStartInfo("bash", [Repository.PathOf("deploy", "backup", script), folder])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PGHOST"] = registry.Host, ["PGPORT"] = $"{registry.Port}", ["PGUSER"] = registry.Username, ["PGPASSWORD"] = registry.Password,
                ["PGDATABASE"] = registry.Database, ["STORE_ROOT"] = api.StoreRoot,
            },
        })!;
        var errors = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        process.ExitCode.ShouldBe(0, output + await errors);
    }

    private async Task SkipWithoutClientAsync()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(part => Path.Combine(part, "pg_dump")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, "pg_dump is not installed (Debian: apt-get install postgresql-client).");
        using var process = Process.Start(new ProcessStartInfo(path!, ["--version"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var client = await process.StandardOutput.ReadToEndAsync(Ct);
        await using var connection = new NpgsqlConnection(api.OwnerConnectionString);
        await connection.OpenAsync(Ct);
        var major = client.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2].Split('.')[0];
        Assert.SkipWhen(int.Parse(major, System.Globalization.CultureInfo.InvariantCulture) < connection.PostgreSqlVersion.Major,
            $"pg_dump {major} does not dump the PostgreSQL {connection.PostgreSqlVersion.Major} of these tests.");
    }

    /// <summary>An Api whose store's folder the drill may destroy.</summary>
    public sealed class DrillApi(PostgresServer postgres, RedisServer redis) : ApiFactory(postgres, redis)
    {
        private readonly PrivateFolder _store = new("drill");

        public string StoreRoot => Path.Combine(_store.Path, "objects");

        protected override Dictionary<string, string> Settings => new() { ["Storage:Root"] = StoreRoot };

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _store.Dispose();
        }
    }
}
