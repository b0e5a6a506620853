using ImageService.Core.Storage;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Storage;

[Trait("Level", "Integration")]
public sealed class FileObjectStoreTests : ObjectStoreContract
{
    private readonly string _root = Directory.CreateTempSubdirectory("imageservice-store-").FullName;
    private readonly FileObjectStore _store;

    public FileObjectStoreTests(ConformanceMatrix matrix)
        : base(matrix) => _store = new FileObjectStore(_root);

    protected override IObjectStore Store => _store;

    protected override string Adapter => "file";

    protected override string Server => "a folder";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/../../escape")]
    [InlineData("a/./b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData("a\\b")]
    [InlineData("a/.hidden")]
    [InlineData(".incoming/x")]
    [InlineData("a/b:c")]
    [InlineData("a/b.")]
    [InlineData("a/b ")]
    [InlineData("a/\u202egnp")]
    [InlineData("a/b\0c")]
    [InlineData("a/ü")]
    public async Task Keys_that_could_leave_the_root_are_refused(string key)
    {
        await Should.ThrowAsync<ArgumentException>(() => _store.PutAsync(key, new MemoryStream([1]), "image/png", Ct));
        await Should.ThrowAsync<ArgumentException>(() => _store.OpenAsync(key, null, Ct));
        await Should.ThrowAsync<ArgumentException>(() => _store.DeleteAsync(key, Ct));
        await Should.ThrowAsync<ArgumentException>(() => _store.MoveAsync(key, "a/b", Ct));
    }

    [Theory]
    [InlineData("../")]
    [InlineData("a/../../")]
    [InlineData(".incoming/")]
    public async Task A_listing_of_an_unsafe_prefix_is_empty(string prefix)
    {
        await PutAsync(Key("a/b"), "x");
        await foreach (var listing in _store.ListAsync(prefix, Ct))
            Assert.Fail($"Listed {listing.Key}.");
    }

    [Fact]
    public async Task Deleting_prunes_the_folders_it_empties_and_no_other()
    {
        await PutAsync(Key("asset1/v1/original"), "x");
        await PutAsync(Key("asset1/v1/variants/ab/abc.webp"), "x");
        await _store.DeleteAsync(Key("asset1/v1/variants/ab/abc.webp"), Ct);
        Directory.EnumerateDirectories(_root, "variants", SearchOption.AllDirectories).ShouldBeEmpty();
        await _store.DeleteAsync(Key("asset1/v1/original"), Ct);
        Directory.EnumerateFileSystemEntries(_root).ShouldBe([Path.Combine(_root, ".incoming")]);
    }

    [Fact]
    public async Task Assets_of_an_organization_are_spread_over_folders()
    {
        var assets = Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var asset in assets)
            await PutAsync(ObjectKey.Original(assets[0], asset, 1), "x");
        Directory.EnumerateDirectories(Path.Combine(_root, $"{assets[0]:n}")).Count().ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task The_media_type_follows_the_extension()
    {
        await PutAsync(Key("a/v1/variants/ab/abc.webp"), "x");
        await PutAsync(Key("a/v1/original"), "x");
        (await _store.HeadAsync(Key("a/v1/variants/ab/abc.webp"), Ct))!.ContentType.ShouldBe("image/webp");
        (await _store.HeadAsync(Key("a/v1/original"), Ct))!.ContentType.ShouldBeNull();
    }

    [Fact]
    public async Task The_local_path_is_the_object()
    {
        await PutAsync(Key("a/b"), "on disk");
        (await File.ReadAllTextAsync(_store.LocalPathOf(Key("a/b"))!, Ct)).ShouldBe("on disk");
    }

    [Fact]
    public async Task A_write_that_a_crash_cut_short_is_never_an_object_and_is_swept()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, ".incoming", "half"), "half", Ct);
        await foreach (var listing in _store.ListAsync(string.Empty, Ct))
            Assert.Fail($"Listed {listing.Key}.");
        (await _store.SweepAsync(DateTimeOffset.UtcNow.AddDays(-1), Ct)).ShouldBe(0);
        (await _store.SweepAsync(DateTimeOffset.UtcNow.AddMinutes(1), Ct)).ShouldBe(1);
        Directory.EnumerateFiles(Path.Combine(_root, ".incoming")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failed_put_leaves_no_file_behind()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => _store.PutAsync(Key("a/b"), new MemoryStream([1]), "image/png", cancelled.Token));
        Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_root_that_vanished_fails_the_check_with_a_hint()
    {
        Directory.Delete(_root, recursive: true);
        (await Should.ThrowAsync<ObjectStoreException>(() => _store.CheckAsync(Ct))).Message.ShouldContain("mounted");
        Directory.CreateDirectory(_root);
    }

    [Fact]
    public async Task On_a_volume_that_is_gone_nothing_is_missing_it_cannot_be_told()
    {
        Directory.Delete(_root, recursive: true);

        await Should.ThrowAsync<ObjectStoreException>(() => _store.OpenAsync("a/b", null, Ct));
        await Should.ThrowAsync<ObjectStoreException>(() => _store.HeadAsync("a/b", Ct));
        await Should.ThrowAsync<ObjectStoreException>(() => _store.MoveAsync("a/b", "a/c", Ct));
        await Should.ThrowAsync<ObjectStoreException>(() => _store.DeleteAsync("a/b", Ct));
        await Should.ThrowAsync<ObjectStoreException>(() => _store.PutAsync("a/b", new MemoryStream([1]), "image/png", Ct));
        await Should.ThrowAsync<ObjectStoreException>(async () => await _store.ListAsync("a/", Ct).GetAsyncEnumerator(Ct).MoveNextAsync());

        Directory.Exists(_root).ShouldBeFalse("a write must not make the folder in which the volume is mounted");
        Directory.CreateDirectory(_root);
    }

    [Fact]
    public async Task A_full_disk_says_so()
    {
        // /dev/full refuses every write with ENOSPC.
        Assert.SkipUnless(File.Exists("/dev/full"), "No /dev/full here.");
        var problem = await Should.ThrowAsync<IOException>(async () =>
        {
            await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
            await full.WriteAsync(new byte[4096], Ct);
        });
        FileStoreErrors.Explain("write", "a/b", problem).Message.ShouldContain("full");
    }

    [Fact]
    public void Options_name_a_root_that_cannot_be_written()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "not a folder");
        var validator = new StorageOptionsValidator();
        validator.Validate(null, new StorageOptions { Root = Path.Combine(file, "below") }).FailureMessage.ShouldNotBeNull().ShouldContain("Storage:Root");
        validator.Validate(null, new StorageOptions { Root = " " }).FailureMessage.ShouldNotBeNull().ShouldContain("Storage:Root is empty");
        validator.Validate(null, new StorageOptions { Root = Path.Combine(_root, "new", "folder") }).Succeeded.ShouldBeTrue();
    }
}
