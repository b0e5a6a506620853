using ImageService.Core.Engine;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>When a process that has nothing to do gives its memory back.</summary>
[Trait("Level", "Unit")]
public sealed class IdleMemoryTests
{
    private readonly TransformGate _gate = new(Options.Create(new EngineOptions()), new FakeTimeProvider());
    private long _allocated;
    private int _given;

    [Fact]
    public void A_minute_in_which_nothing_happened_gives_back_once()
    {
        var memory = Memory();
        After(memory, 100_000);
        After(memory, 100_000);
        After(memory, 100_000);
        _given.ShouldBe(1);
    }

    [Fact]
    public void A_minute_with_requests_gives_nothing_back()
    {
        var memory = Memory();
        After(memory, IdleMemory.QuietBytes + 1);
        _given.ShouldBe(0);
    }

    [Fact]
    public void What_happened_since_is_given_back_again()
    {
        var memory = Memory();
        After(memory, 0);
        After(memory, IdleMemory.QuietBytes + 1);
        After(memory, 0);
        _given.ShouldBe(2);
    }

    [Fact]
    public async Task A_transform_that_runs_is_not_disturbed()
    {
        var memory = Memory();
        var request = new GateRequest(Guid.CreateVersion7(), 1, TimeSpan.FromSeconds(1));
        using (var lease = (await _gate.EnterAsync(request, TestContext.Current.CancellationToken)).Value)
            After(memory, 0);
        _given.ShouldBe(0);
        After(memory, 0);
        _given.ShouldBe(1);
    }

    [Fact]
    public void What_giving_back_itself_allocates_is_no_sign_of_life()
    {
        var memory = Memory(costs: IdleMemory.QuietBytes * 2);
        After(memory, 0);
        After(memory, 0);
        _given.ShouldBe(1);
    }

    private IdleMemory Memory(long costs = 0) =>
        new(_gate, new FakeTimeProvider(), () => _allocated, () => (_given, _allocated) = (_given + 1, _allocated + costs));

    private void After(IdleMemory memory, long bytes)
    {
        _allocated += bytes;
        memory.Look();
    }
}
