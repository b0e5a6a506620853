using ImageService.Core.Engine.Isolation;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class DecoderMemoryTests
{
    private const long Megabyte = 1 << 20;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shares_are_given_while_there_is_room_and_then_in_the_order_asked()
    {
        using var memory = new DecoderMemory(100 * Megabyte);
        var first = await memory.TakeAsync(60 * Megabyte, Long, Ct);
        var large = memory.TakeAsync(70 * Megabyte, Long, Ct);
        var small = memory.TakeAsync(1, Long, Ct);
        large.IsCompleted.ShouldBeFalse();
        small.IsCompleted.ShouldBeFalse("The one that came later does not overtake.");
        first!.Dispose();
        (await large)!.Dispose();
        (await small)!.Dispose();
    }

    [Fact]
    public async Task One_that_wants_more_than_there_is_takes_all_of_it()
    {
        using var memory = new DecoderMemory(10 * Megabyte);
        var all = await memory.TakeAsync(1000 * Megabyte, Long, Ct);
        var next = memory.TakeAsync(1, Long, Ct);
        next.IsCompleted.ShouldBeFalse();
        all!.Dispose();
        (await next)!.Dispose();
    }

    [Fact]
    public async Task Who_waits_too_long_or_leaves_gives_back_what_it_had_already()
    {
        using var memory = new DecoderMemory(10 * Megabyte);
        var held = await memory.TakeAsync(6 * Megabyte, Long, Ct);
        (await memory.TakeAsync(8 * Megabyte, TimeSpan.FromMilliseconds(20), Ct)).ShouldBeNull();
        using var leaving = new CancellationTokenSource();
        var left = memory.TakeAsync(8 * Megabyte, Long, leaving.Token);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);
        held!.Dispose();
        (await memory.TakeAsync(10 * Megabyte, Long, Ct))!.Dispose();
    }
}
