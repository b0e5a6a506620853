using System.Security.Cryptography;
using System.Text;

using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Storage;

/// <summary>What every adapter of <see cref="IObjectStore"/> promises. Each adapter has one short subclass.</summary>
public abstract partial class ObjectStoreContract(ConformanceMatrix matrix) : IAsyncLifetime
{
    private readonly string _prefix = $"{Guid.CreateVersion7():n}/";

    /// <summary>The provider's name in the configuration.</summary>
    protected abstract string Adapter { get; }

    /// <summary>What the store runs on, or why it is not here, for the table.</summary>
    protected abstract string Server { get; }

    /// <summary>The store under test; one may be shared by all tests, which use keys of their own.</summary>
    protected abstract IObjectStore Store { get; }

    /// <summary>Whether <see cref="PutMode.Create"/> holds against a race.</summary>
    protected virtual bool CreatesAtomically => true;

    /// <summary>Whether the server keeps storage classes.</summary>
    protected virtual bool HasClasses => false;

    /// <summary>Whether the server looks at the signature and the end of a presigned URL.</summary>
    protected virtual bool ChecksPresignedUrls => true;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What this test's fact means here, where that differs, or why it was not asked.</summary>
    private string? Remark { get; set; }

    /// <summary>Gets the store; skips the fact where its server is not there.</summary>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual ValueTask DisposeAsync()
    {
        matrix.Note("stores", Adapter, Server, Remark);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_was_put_is_read_back_whole()
    {
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        (await Store.PutAsync(Key("a/original"), new MemoryStream(bytes), "image/png", Ct)).ShouldBe(bytes.Length);
        (await ReadAsync(Key("a/original"), null)).ShouldBe(bytes);
        var info = (await Store.HeadAsync(Key("a/original"), Ct)).ShouldNotBeNull();
        info.SizeBytes.ShouldBe(bytes.Length);
        info.Tier.ShouldBe(StorageTier.Hot);
        info.LastModified.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        (await Store.PutAsync(Key("a/empty"), Stream.Null, "application/octet-stream", Ct)).ShouldBe(0);
        (await ReadAsync(Key("a/empty"), null)).ShouldBe([]);
    }

    [Theory]
    [InlineData(0, 4L, "0123")]
    [InlineData(3, 4L, "3456")]
    [InlineData(8, null, "89")]
    [InlineData(8, 100L, "89")]
    [InlineData(0, null, "0123456789")]
    public async Task A_range_is_those_bytes_and_the_info_tells_the_whole_size(long offset, long? length, string expected)
    {
        await PutAsync(Key("a/ranged"), "0123456789");
        await using var opened = (await Store.OpenAsync(Key("a/ranged"), new ByteRange(offset, length), Ct)).ShouldNotBeNull();
        opened.Info.SizeBytes.ShouldBe(10);
        using var reader = new StreamReader(opened.Content);
        (await reader.ReadToEndAsync(Ct)).ShouldBe(expected);
    }

    [Fact]
    public async Task What_is_not_there_is_null_or_false()
    {
        (await Store.OpenAsync(Key("no/such"), null, Ct)).ShouldBeNull();
        (await Store.HeadAsync(Key("no/such"), Ct)).ShouldBeNull();
        (await Store.DeleteAsync(Key("no/such"), Ct)).ShouldBeFalse();
        await PutAsync(Key("to/original"), "kept");
        (await Store.MoveAsync(Key("no/such"), Key("to/original"), Ct)).ShouldBeFalse();
        (await TextAsync(Key("to/original"))).ShouldBe("kept");
    }

    [Fact]
    public async Task A_put_replaces()
    {
        await PutAsync(Key("a/b"), "a longer text");
        await PutAsync(Key("a/b"), "short");
        (await TextAsync(Key("a/b"))).ShouldBe("short");
    }

    [Fact]
    public async Task A_move_takes_the_bytes_and_leaves_nothing()
    {
        await PutAsync(Key("staging/x"), "moved");
        await PutAsync(Key("asset/original"), "older");
        (await Store.MoveAsync(Key("staging/x"), Key("asset/original"), Ct)).ShouldBeTrue();
        (await TextAsync(Key("asset/original"))).ShouldBe("moved");
        (await Store.HeadAsync(Key("staging/x"), Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_deleted_object_is_gone()
    {
        await PutAsync(Key("a/b"), "x");
        (await Store.DeleteAsync(Key("a/b"), Ct)).ShouldBeTrue();
        (await Store.OpenAsync(Key("a/b"), null, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task A_listing_holds_exactly_what_starts_with_the_prefix()
    {
        string[] keys = [Key("asset1/v1/original"), Key("asset1/v1/variants/ab/abc.webp"), Key("asset1/v12/original"), Key("asset2/v1/original"),
            Key("staging/z")];
        foreach (var key in keys)
            await PutAsync(key, "12345");
        (await ListAsync(_prefix)).ShouldBe(keys, ignoreOrder: true);
        (await ListAsync(Key("asset1/"))).ShouldBe(keys[..3], ignoreOrder: true);
        (await ListAsync(Key("asset1/v1/"))).ShouldBe(keys[..2], ignoreOrder: true);
        (await ListAsync(Key("asset1/v1"))).ShouldBe(keys[..3], ignoreOrder: true);
        (await ListAsync(Key("asset"))).ShouldBe(keys[..4], ignoreOrder: true);
        (await ListAsync(Key("nothing/"))).ShouldBeEmpty();
        await foreach (var listing in Store.ListAsync(Key("staging/"), Ct))
            listing.SizeBytes.ShouldBe(5);
    }

    [Fact]
    public async Task A_listing_goes_on_after_any_of_its_objects_also_one_that_is_gone_and_leaves_none_out()
    {
        string[] keys = [.. Enumerable.Range(0, 4).SelectMany(asset =>
            (string[])[Key($"asset{asset}/v1/original"), Key($"asset{asset}/v1/variants/ab/{asset}.webp"), Key($"asset{asset}/v12/original")])];
        foreach (var key in keys)
            await PutAsync(key, "12345");
        var all = await AfterAsync(null);
        all.ShouldBe(keys, ignoreOrder: true);
        for (var at = 0; at < all.Count; at++)
            (await AfterAsync(all[at])).ShouldBe(all[(at + 1)..]);
        await Store.DeleteAsync(all[5], Ct);
        (await AfterAsync(all[5])).ShouldBe(all[6..]);

        async Task<List<string>> AfterAsync(string? after) =>
            await Store.ListAfterAsync(Key(""), after, Ct).Select(static listed => listed.Key).ToListAsync(Ct);
    }

    [Fact]
    public async Task A_put_whose_source_breaks_leaves_the_old_object_and_tells_the_source_s_failure()
    {
        await PutAsync(Key("a/b"), "old");
        await Should.ThrowAsync<BrokenSourceException>(() => Store.PutAsync(Key("a/b"), new BrokenSource(100_000), "image/png", Ct));
        await Should.ThrowAsync<BrokenSourceException>(() => Store.PutAsync(Key("a/new"), new BrokenSource(100_000), "image/png", Ct));
        (await TextAsync(Key("a/b"))).ShouldBe("old");
        (await Store.HeadAsync(Key("a/new"), Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Readers_see_one_whole_object_or_the_other_while_it_is_replaced()
    {
        var key = Key("a/contended");
        var contents = new[] { new string('a', 200_000), new string('b', 150_000) };
        await PutAsync(key, contents[0]);
        var writer = Task.Run(
            async () =>
            {
                for (var i = 0; i < 30; i++)
                    await PutAsync(key, contents[i % 2]);
            },
            Ct);
        while (!writer.IsCompleted)
            contents.ShouldContain(await TextAsync(key));
        await writer;
    }

    [Fact]
    public async Task Parallel_puts_and_deletes_below_one_prefix_do_not_disturb_each_other()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), Ct, async (i, ct) =>
        {
            var key = Key($"shared/v1/{i % 4}/{i}");
            await Store.PutAsync(key, new MemoryStream([1, 2, 3]), "image/png", ct);
            (await Store.HeadAsync(key, ct)).ShouldNotBeNull();
            (await Store.DeleteAsync(key, ct)).ShouldBeTrue();
        });
        (await ListAsync(Key("shared/"))).ShouldBeEmpty();
    }

    [Fact]
    public Task A_healthy_store_says_so() => Store.CheckAsync(Ct);

    /// <summary>Parts below a prefix that a cut upload left and that cost money; 0 where the store keeps none.</summary>
    protected virtual Task<int> UnfinishedAsync(string prefix) => Task.FromResult(0);

    /// <summary>Skips the fact where its server is not on this machine, and says so in the table.</summary>
    protected void Need(StoreServer server)
    {
        if (server.Reason is not { } reason) return;
        matrix.NoteNotRun("stores", Adapter, reason);
        Assert.Skip(reason);
    }

    /// <summary>Skips the fact, and says in the table why.</summary>
    private void SkipUnless(bool holds, string reason)
    {
        Remark = holds ? null : reason;
        Assert.SkipUnless(holds, reason);
    }

    protected string Key(string rest) => _prefix + rest;

    protected Task PutAsync(string key, string text) => Store.PutAsync(key, new MemoryStream(Encoding.ASCII.GetBytes(text)), "image/png", Ct);

    protected async Task<string> TextAsync(string key) => Encoding.ASCII.GetString(await ReadAsync(key, null));

    private async Task<byte[]> ReadAsync(string key, ByteRange? range)
    {
        await using var opened = (await Store.OpenAsync(key, range, Ct)).ShouldNotBeNull();
        using var memory = new MemoryStream();
        await opened.Content.CopyToAsync(memory, Ct);
        return memory.ToArray();
    }

    private async Task<List<string>> ListAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var listing in Store.ListAsync(prefix, Ct))
            keys.Add(listing.Key);
        return keys;
    }

    private sealed class BrokenSourceException() : IOException("The client went away.");

    /// <summary>A body whose sender vanishes after some bytes.</summary>
    private sealed class BrokenSource(int bytes) : MemoryStream(new byte[bytes])
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => Position < Length ? base.Read(buffer) : throw new BrokenSourceException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));
    }
}
