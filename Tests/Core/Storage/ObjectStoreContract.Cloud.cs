using System.Security.Cryptography;

using ImageService.Core.Storage;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Storage;

/// <summary>The part of the contract that clouds differ in: conditional writes, copies, classes, large bodies, URLs for others.</summary>
public abstract partial class ObjectStoreContract
{
    [Fact]
    public async Task A_create_only_put_leaves_what_is_there()
    {
        var create = new PutOptions("image/png", PutMode.Create);
        (await Store.PutAsync(Key("a/once"), new MemoryStream([1, 2, 3]), create, Ct)).ShouldBe(new PutResult(true, 3));
        (await Store.PutAsync(Key("a/once"), new MemoryStream([4]), create, Ct)).ShouldBe(new PutResult(false, 0));
        (await ReadAsync(Key("a/once"), null)).ShouldBe([1, 2, 3]);
        await Store.DeleteAsync(Key("a/once"), Ct);
        (await Store.PutAsync(Key("a/once"), new MemoryStream([4]), create, Ct)).Written.ShouldBeTrue();
    }

    [Fact]
    public async Task Of_many_creators_at_once_exactly_one_writes_and_its_bytes_stay()
    {
        SkipUnless(CreatesAtomically, "this store has no conditional writes");
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var result = await Store.PutAsync(Key("a/raced"), new MemoryStream([(byte)i]), new PutOptions("image/png", PutMode.Create), Ct);
            return (Writer: (byte)i, result.Written);
        }));
        (await ReadAsync(Key("a/raced"), null)).ShouldBe([results.Single(result => result.Written).Writer]);
    }

    [Fact]
    public async Task A_copy_is_an_object_of_its_own()
    {
        await PutAsync(Key("from/x"), "copied");
        await PutAsync(Key("to/x"), "older");
        (await Store.CopyAsync(Key("from/x"), Key("to/x"), Ct)).ShouldBeTrue();
        await PutAsync(Key("from/x"), "changed");
        (await TextAsync(Key("to/x"))).ShouldBe("copied");
        (await Store.CopyAsync(Key("no/such"), Key("to/x"), Ct)).ShouldBeFalse();
        (await TextAsync(Key("to/x"))).ShouldBe("copied");
    }

    [Fact]
    public async Task Many_are_deleted_at_once_whether_there_or_not()
    {
        var keys = Enumerable.Range(0, 30).Select(i => Key($"many/{i}")).ToList();
        foreach (var key in keys)
            await PutAsync(key, "x");
        await PutAsync(Key("many-kept/0"), "x");
        await Store.DeleteManyAsync([.. keys, Key("many/none")], Ct);
        (await ListAsync(Key("many"))).ShouldBe([Key("many-kept/0")]);
        await Store.DeleteManyAsync([], Ct);
    }

    [Fact]
    public async Task Keys_hold_every_character_that_a_key_may_have()
    {
        string[] keys = [Key("c/a b+c&d=e,f;g@h!i$j'k(l)m[n]o{p}q~r^s`t#u%v%20w.x-y_z"), Key("c/UPPER"), Key("c/upper"), Key($"c/{new string('l', 200)}")];
        foreach (var key in keys)
            await PutAsync(key, key);
        foreach (var key in keys)
            (await TextAsync(key)).ShouldBe(key);
        (await ListAsync(Key("c/"))).ShouldBe(keys, ignoreOrder: true);
        (await Store.CopyAsync(keys[0], Key("c/copy"), Ct)).ShouldBeTrue();
        await Store.DeleteManyAsync([.. keys, Key("c/copy")], Ct);
        (await ListAsync(Key("c/"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_object_changes_its_class_and_is_read_at_once()
    {
        await PutAsync(Key("a/tiered"), "tiered");
        foreach (var tier in new[] { StorageTier.Warm, StorageTier.Cold, StorageTier.Hot })
        {
            await Store.SetTierAsync(Key("a/tiered"), tier, Ct);
            (await TextAsync(Key("a/tiered"))).ShouldBe("tiered");
            (await Store.HeadAsync(Key("a/tiered"), Ct))!.Tier.ShouldBe(HasClasses ? tier : StorageTier.Hot);
        }

        await Store.PutAsync(Key("a/cold"), new MemoryStream([1]), new PutOptions("image/png", Tier: StorageTier.Cold), Ct);
        (await Store.HeadAsync(Key("a/cold"), Ct))!.Tier.ShouldBe(HasClasses ? StorageTier.Cold : StorageTier.Hot);
    }

    [Fact]
    public async Task A_large_object_is_streamed_both_ways_without_being_held()
    {
        const long size = 64L * 1024 * 1024;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var source = new GeneratedStream(size);
        long most = 0;
        source.Progress = () => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false) - before);
        (await Store.PutAsync(Key("a/large"), source, "application/octet-stream", Ct)).ShouldBe(size);
        await using (var opened = (await Store.OpenAsync(Key("a/large"), null, Ct)).ShouldNotBeNull())
        {
            opened.Info.SizeBytes.ShouldBe(size);
            (await SHA256.HashDataAsync(opened.Content, Ct)).ShouldBe(source.Hash());
        }

        (await Store.CopyAsync(Key("a/large"), Key("a/large2"), Ct)).ShouldBeTrue();
        (await Store.HeadAsync(Key("a/large2"), Ct))!.SizeBytes.ShouldBe(size);
        await Store.DeleteManyAsync([Key("a/large"), Key("a/large2")], Ct);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Store.Provider}: at most {most / 1048576.0:0.0} MB above idle, garbage included");
    }

    [Fact]
    public async Task A_large_put_whose_source_breaks_leaves_nothing()
    {
        await Should.ThrowAsync<BrokenSourceException>(() => Store.PutAsync(Key("a/cut"), new BrokenSource(20_000_000), "image/png", Ct));
        (await Store.HeadAsync(Key("a/cut"), Ct)).ShouldBeNull();
        (await ListAsync(Key("a/cut"))).ShouldBeEmpty();
        (await UnfinishedAsync(Key("a/cut"))).ShouldBe(0);
    }

    [Fact]
    public async Task A_presigned_url_gets_and_puts_until_it_ends()
    {
        await PutAsync(Key("a/shared"), "shared");
        var get = await Store.PresignGetAsync(Key("a/shared"), TimeSpan.FromMinutes(1), Ct);
        SkipUnless(get is not null, "this store makes no presigned URLs");
        using var client = new HttpClient();
        (await client.GetStringAsync(get, Ct)).ShouldBe("shared");
        var put = (await Store.PresignPutAsync(Key("a/sent"), "application/octet-stream", 4, TimeSpan.FromMinutes(1), Ct)).ShouldNotBeNull();
        using var body = new ByteArrayContent("sent"u8.ToArray());
        using var request = new HttpRequestMessage(HttpMethod.Put, put.Url) { Content = body };
        foreach (var (name, value) in put.Headers)
            (request.Headers.TryAddWithoutValidation(name, value) || body.Headers.TryAddWithoutValidation(name, value)).ShouldBeTrue();
        (await client.SendAsync(request, Ct)).IsSuccessStatusCode.ShouldBeTrue();
        (await TextAsync(Key("a/sent"))).ShouldBe("sent");
        if (!ChecksPresignedUrls)
            return;
        var expired = (await Store.PresignGetAsync(Key("a/shared"), TimeSpan.FromSeconds(1), Ct)).ShouldNotBeNull();
        await ProbeAsync(async () => !(await client.GetAsync(expired, Ct)).IsSuccessStatusCode, TimeSpan.FromSeconds(20));
        (await client.GetAsync(new Uri(get!.AbsoluteUri.Replace("shared", "sharec", StringComparison.Ordinal)), Ct)).IsSuccessStatusCode.ShouldBeFalse();
    }

    private static async Task ProbeAsync(Func<Task<bool>> holds, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        while (!await holds())
            await Task.Delay(TimeSpan.FromMilliseconds(200), deadline.Token);
    }
}
