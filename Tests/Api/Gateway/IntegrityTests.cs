using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using StackExchange.Redis;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>
/// The table of docs/operations.md, "Bytes that are not what they were": never a wrong picture, never half a file, never other people's bytes.
/// </summary>
public sealed class IntegrityTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private const string Html = "<!doctype html><script>alert(1)</script>";

    private static readonly Dictionary<string, string?> WithoutRedis = new() { ["Caching:RedisEntryMaxBytes"] = "0" };
    private static readonly Dictionary<string, string?> Streaming = new(WithoutRedis) { ["Caching:MemoryEntryMaxBytes"] = "1024" };

    public static TheoryData<string> Damages =>
        ["flipped", "cut", "emptied", "longer", "replaced", "removed", "folder", "full folder", "link", "dangling link"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_variant_is_made_anew(string damage)
    {
        foreach (var settings in (Dictionary<string, string?>[])[WithoutRedis, Streaming])
        {
            var first = await AnotherAsync(settings);
            var asset = await (await first.NewSpaceAsync()).AddAsync(width: 900, height: 700);
            var (right, _) = await ImageAsync(first, asset.Public("w_640.jpg"));
            right.Length.ShouldBeGreaterThan(1024);
            var file = FileOf(asset, "/variants/");
            Do(damage, file);

            var fresh = await AnotherAsync(settings);
            using var counted = new Counted(fresh);
            var (bytes, response) = await ImageAsync(fresh, asset.Public("w_640.jpg"));
            (bytes.AsSpan().SequenceEqual(right), Layer(response)).ShouldBe((true, "miss"), damage);
            counted["variant"].ShouldBe(1);
            (await File.ReadAllBytesAsync(file, Ct)).AsSpan().SequenceEqual(right).ShouldBeTrue("it is put in its place");
            File.ResolveLinkTarget(file, returnFinalTarget: false).ShouldBeNull();
            var (again, healed) = await ImageAsync(await AnotherAsync(settings), asset.Public("w_640.jpg"));
            (again.AsSpan().SequenceEqual(right), Layer(healed)).ShouldBe((true, "storage"));
        }
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public Task A_damaged_original_is_503_told_and_never_shown(string damage) => DamagedOriginalAsync(damage, WithoutRedis);

    [Theory]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("replaced")]
    [InlineData("removed")]
    public Task A_damaged_original_too_large_for_memory_is_503_too_and_no_half_of_it_is_sent(string damage) => DamagedOriginalAsync(damage, Streaming);

    private async Task DamagedOriginalAsync(string damage, Dictionary<string, string?> settings)
    {
        var stack = await AnotherAsync(settings);
        var space = await stack.NewSpaceAsync();
        var asset = await space.AddAsync(width: 900, height: 700);
        var exact = await (await stack.NewSpaceAsync(("original_delivery", "\"exact\""))).AddAsync(width: 900, height: 700);
        (await ImageAsync(stack, asset.Public("w_100.jpg"))).Response.Dispose();
        var (file, exactFile) = (FileOf(asset, "/original"), FileOf(exact, "/original"));
        var original = await File.ReadAllBytesAsync(file, Ct);
        Do(damage, file);
        Do(damage, exactFile);

        using var counted = new Counted(stack);
        foreach (var wanted in (string[])[asset.Public("w_701.jpg"), asset.Public("w_702.webp"), asset.Public("original.jpg"), exact.Public("original.jpg")])
        {
            using var refused = await stack.GetAsync(wanted);
            (refused.StatusCode, refused.Headers.RetryAfter is not null).ShouldBe((HttpStatusCode.ServiceUnavailable, true), wanted);
            (await refused.Content.ReadAsStringAsync(Ct)).ShouldContain("storage_unavailable");
        }

        counted["original"].ShouldBe(4);
        await using (var db = space.Db())
            (await db.AuditLogs.CountAsync(line => line.Action == "asset.damaged" && line.ResourceId == asset.Id.ToString(), Ct)).ShouldBe(1,
                "however often it is asked for");
        (await ImageAsync(stack, asset.Public("w_100.jpg"))).Response.Dispose();

        Remove(file);
        await File.WriteAllBytesAsync(file, original, Ct);
        (await ImageAsync(stack, asset.Public("w_701.jpg"))).Response.Dispose();
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_intermediate_is_made_anew_from_the_original(string damage)
    {
        var stack = await AnotherAsync(WithoutRedis);
        var asset = await (await stack.NewSpaceAsync()).AddAsync(width: 3000, height: 2200);
        var (right, _) = await ImageAsync(stack, asset.Public("w_200.jpg"));
        var file = FileOf(asset, "/intermediate-");
        var intermediate = await File.ReadAllBytesAsync(file, Ct);
        Do(damage, file);
        Do("removed", FileOf(asset, "/variants/"));

        var fresh = await AnotherAsync(WithoutRedis);
        using var counted = new Counted(fresh);
        var (bytes, _) = await ImageAsync(fresh, asset.Public("w_200.jpg"));
        bytes.AsSpan().SequenceEqual(right).ShouldBeTrue(damage);

        // What is no file there is made like one that never was.
        if (damage is "flipped" or "cut" or "emptied" or "longer" or "replaced" or "link")
            counted["intermediate"].ShouldBeGreaterThan(0);
        (await File.ReadAllBytesAsync(file, Ct)).AsSpan().SequenceEqual(intermediate).ShouldBeTrue("it is put in its place");
        File.ResolveLinkTarget(file, returnFinalTarget: false).ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_working_copy_is_503_told_and_never_shown(string damage)
    {
        var stack = await AnotherAsync(WithoutRedis);
        var space = await stack.NewSpaceAsync();
        var asset = await AddWithCopyAsync(space);
        (await ImageAsync(stack, asset.Public("w_600.jpg"))).Response.Dispose();
        var file = FileOf(asset, "/working");
        var copy = await File.ReadAllBytesAsync(file, Ct);
        Do(damage, file);

        using var counted = new Counted(stack);
        string[] wanted = [asset.Public("w_701.jpg"), asset.Public("w_200.webp"), asset.Public("original.jpg")];
        foreach (var path in wanted)
            (await ProblemAsync(stack, path, HttpStatusCode.ServiceUnavailable)).ShouldBe("storage_unavailable", path);
        (counted["working_copy"], counted["original"]).ShouldBe((wanted.Length, 0));
        await using (var db = space.Db())
            (await db.AuditLogs.CountAsync(line => line.Action == "asset.damaged" && line.ResourceId == asset.Id.ToString(), Ct)).ShouldBe(1);
        Layer((await ImageAsync(stack, asset.Public("w_600.jpg"))).Response).ShouldBe("memory");

        Remove(file);
        await File.WriteAllBytesAsync(file, copy, Ct);
        foreach (var path in wanted)
            (await ImageAsync(stack, path)).Response.Dispose();
    }

    [Theory]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("emptied")]
    [InlineData("replaced")]
    [InlineData("another's")]
    public async Task A_damaged_value_in_redis_is_not_read_and_removed(string damage)
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var (right, _) = await ImageAsync(Stack, asset.Public("w_40.jpg"));
        (await ImageAsync(Stack, asset.Public("w_41.jpg"))).Response.Dispose();
        var database = Stack.Redis!.GetDatabase();
        RedisKey hash = $"variants:{asset.Id.Value:n}:0";
        var entries = await database.HashGetAllAsync(hash);
        entries.Length.ShouldBe(2);
        foreach (var entry in entries)
        {
            var value = (byte[])entry.Value!;
            await database.HashSetAsync(hash, entry.Name, damage switch
            {
                "flipped" => [.. value[..^1], (byte)(value[^1] ^ 1)],
                "cut" => value[..100],
                "emptied" => Array.Empty<byte>(),
                "replaced" => [.. value[..44], .. System.Text.Encoding.UTF8.GetBytes(Html)],
                _ => (byte[])entries.First(other => other.Name != entry.Name).Value!,
            });
        }

        var fresh = await AnotherAsync();
        using var counted = new Counted(fresh);
        var (bytes, response) = await ImageAsync(fresh, asset.Public("w_40.jpg"));
        (bytes.AsSpan().SequenceEqual(right), Layer(response), counted["redis"]).ShouldBe((true, "storage", 1));
        Layer((await ImageAsync(await AnotherAsync(), asset.Public("w_40.jpg"))).Response).ShouldBe("redis");
    }

    /// <summary>An original that only the decoder reads, and the raster that it made of it.</summary>
    private static async Task<StackAsset> AddWithCopyAsync(StackSpace space)
    {
        var copy = Pictures.Jpeg(900, 700, 71);
        var asset = await space.AddAsync("No server reads this."u8.ToArray(), 900, 700, AssetAccess.Public, "heic");
        var key = ObjectKey.WorkingCopy(space.OrganizationId, asset.Id.Value, 1);
        await using (var content = new MemoryStream(copy))
            await space.Stack.Services.GetRequiredService<IObjectStore>().PutAsync(key, content, "image/jpeg", Ct);
        await using var db = space.Db();
        var version = await db.AssetVersions.SingleAsync(row => row.AssetId == asset.Id.Value, Ct);
        (version.WorkingCopyKey, version.WorkingCopyHash) = (key, Convert.ToHexStringLower(SHA256.HashData(copy)));
        await db.SaveChangesAsync(Ct);
        return asset;
    }

    private string FileOf(StackAsset asset, string part) =>
        Directory.EnumerateFiles(Servers.Folder, "*", SearchOption.AllDirectories)
            .Single(file => file.Contains(asset.Id.Value.ToString("n"), StringComparison.Ordinal) && file.Contains(part, StringComparison.Ordinal));

    private void Do(string damage, string file)
    {
        var bytes = File.ReadAllBytes(file);
        if (damage is "removed" or "folder" or "full folder" or "link" or "dangling link")
            File.Delete(file);
        switch (damage)
        {
            case "flipped":
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(file, bytes);
                break;
            case "cut":
                File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
                break;
            case "emptied":
                File.WriteAllBytes(file, []);
                break;
            case "longer":
                File.WriteAllBytes(file, [.. bytes, .. bytes]);
                break;
            case "replaced":
                File.WriteAllText(file, Html.PadRight(bytes.Length));
                break;
            case "folder":
                Directory.CreateDirectory(file);
                break;
            case "full folder":
                Directory.CreateDirectory(file);
                File.WriteAllText(Path.Combine(file, "notes.txt"), "somebody's");
                break;
            case "link":
                var other = Path.Combine(Directory.CreateDirectory(Path.Combine(Servers.Folder, "elsewhere")).FullName, Path.GetRandomFileName());
                File.WriteAllText(other, Html.PadRight(bytes.Length));
                File.CreateSymbolicLink(file, other);
                break;
            case "dangling link":
                File.CreateSymbolicLink(file, file + ".nothing");
                break;
        }
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }

    /// <summary>What one replica counted in <c>integrity_failures_total</c>, by kind.</summary>
    private sealed class Counted : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

        public Counted(GatewayStack stack)
        {
            var factory = stack.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "integrity_failures_total" && ReferenceEquals(instrument.Meter.Scope, factory))
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                lock (_counts)
                    _counts[(string)tags[0].Value!] = _counts.GetValueOrDefault((string)tags[0].Value!) + (int)value;
            });
            _listener.Start();
        }

        public int this[string kind]
        {
            get
            {
                lock (_counts)
                    return _counts.GetValueOrDefault(kind);
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
