using System.IO.Pipelines;
using ImageService.Core.Caching;
using ImageService.Core.Operations;
using ImageService.Core.Storage;
using ImageService.Core.Variants;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Variants;

[Trait("Level", "Unit")]
public sealed class OpenedVariantTests
{
    [Fact]
    public async Task What_was_sent_is_known_though_the_reader_hangs_up_in_the_middle()
    {
        using var hangUp = new CancellationTokenSource();
        var content = new CutStream(readable: 100_000, hangUp);
        await using var opened = new OpenedVariant(CacheLayer.Storage, new StoredObject(content, new ObjectInfo(1_000_000, default, null, StorageTier.Hot)));

        await Should.ThrowAsync<OperationCanceledException>(
            async () => await opened.CopyToAsync(PipeWriter.Create(Stream.Null), 0, 1_000_000, hangUp.Token));

        opened.Sent.ShouldBe(100_000);
    }

    [Fact]
    public async Task A_part_counts_as_a_part()
    {
        await using var opened = new OpenedVariant(CacheLayer.Storage,
            new StoredObject(new MemoryStream(new byte[300_000]), new ObjectInfo(300_000, default, null, StorageTier.Hot)));
        await opened.CopyToAsync(PipeWriter.Create(Stream.Null), 1000, 200_000, TestContext.Current.CancellationToken);
        opened.Sent.ShouldBe(200_000);
    }

    [Fact]
    public async Task What_is_in_memory_is_taken_as_it_lies_and_what_is_streamed_is_not()
    {
        var bytes = new byte[1000];
        await using var kept = new OpenedVariant(CacheLayer.Redis, new CachedVariant(bytes, ImageFormat.Jpg, 1, 1));
        await using var streamed = new OpenedVariant(CacheLayer.Storage,
            new StoredObject(new MemoryStream(), new ObjectInfo(0, default, null, StorageTier.Hot)));

        kept.TryTake(100, 200, out var part).ShouldBeTrue();
        part.Equals(bytes.AsMemory(100, 200)).ShouldBeTrue("no copy of it");
        kept.Sent.ShouldBe(200);
        streamed.TryTake(0, 0, out _).ShouldBeFalse();
        await Should.ThrowAsync<InvalidOperationException>(
            async () => await kept.CopyToAsync(PipeWriter.Create(Stream.Null), 0, 1000, TestContext.Current.CancellationToken));
    }

    /// <summary>Gives so many bytes; then the reader has hung up.</summary>
    private sealed class CutStream(int readable, CancellationTokenSource hangUp) : MemoryStream(new byte[readable])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            if (read > 0)
                return read;
            await hangUp.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return 0;
        }
    }
}
