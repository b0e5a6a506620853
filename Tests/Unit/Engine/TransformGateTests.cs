using ImageService.Core.Engine;
using ImageService.Core.Errors;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class TransformGateTests
{
    private static readonly Guid Acme = Guid.CreateVersion7();
    private static readonly Guid Beta = Guid.CreateVersion7();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task As_many_run_as_may_and_the_rest_wait_their_turn()
    {
        var gate = Gate(running: 2);
        var first = (await gate.EnterAsync(Acme, 1, Ct)).Value;
        using var second = (await gate.EnterAsync(Acme, 1, Ct)).Value;
        var third = gate.EnterAsync(Acme, 1, Ct);
        (gate.Running, gate.Waiting, third.IsCompleted).ShouldBe((2, 1, false));

        first.Dispose();

        using var lease = (await third).Value;
        (gate.Running, gate.Waiting).ShouldBe((2, 0));
    }

    [Fact]
    public async Task The_memory_budget_holds_back_and_a_single_larger_one_runs_alone()
    {
        var gate = Gate(running: 4, budget: 100L << 20);
        var large = (await gate.EnterAsync(Acme, 500L << 20, Ct)).Value;
        var small = gate.EnterAsync(Beta, 1, Ct);
        small.IsCompleted.ShouldBeFalse();

        large.Dispose();

        using var lease = (await small).Value;
    }

    [Fact]
    public async Task A_small_one_never_overtakes_a_large_one_in_turn()
    {
        var gate = Gate(running: 4, budget: 100L << 20);
        var running = (await gate.EnterAsync(Acme, 60L << 20, Ct)).Value;
        var large = gate.EnterAsync(Acme, 90L << 20, Ct);
        var small = gate.EnterAsync(Beta, 1, Ct);
        small.IsCompleted.ShouldBeFalse();

        running.Dispose();

        using var first = (await large).Value;
        using var second = (await small).Value;
    }

    [Fact]
    public async Task Organizations_take_turns_whoever_came_first()
    {
        var gate = Gate(running: 1);
        var lease = (await gate.EnterAsync(Acme, 1, Ct)).Value;
        var order = new List<string>();
        Task[] all = [Note("a1", Acme), Note("a2", Acme), Note("a3", Acme), Note("b1", Beta)];

        lease.Dispose();
        await Task.WhenAll(all);

        order.ShouldBe(["a1", "b1", "a2", "a3"]);

        async Task Note(string name, Guid organization)
        {
            using var own = (await gate.EnterAsync(organization, 1, Ct)).Value;
            lock (order)
                order.Add(name);
        }
    }

    [Fact]
    public async Task Beyond_the_line_the_answer_is_overloaded_with_a_time_to_come_back()
    {
        var gate = Gate(running: 1, waiting: 1);
        using var running = (await gate.EnterAsync(Acme, 1, Ct)).Value;
        var waiting = gate.EnterAsync(Acme, 1, Ct);

        var refused = await gate.EnterAsync(Acme, 1, Ct);

        refused.Error!.Code.ShouldBe(ErrorCode.Overloaded);
        refused.Error.RetryAfter!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        waiting.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task One_organizations_burst_gives_way_to_another()
    {
        var gate = Gate(running: 1, waiting: 4);
        using var running = (await gate.EnterAsync(Acme, 1, Ct)).Value;
        var burst = Enumerable.Range(0, 4).Select(_ => gate.EnterAsync(Acme, 1, Ct)).ToArray();

        var other = gate.EnterAsync(Beta, 1, Ct);

        other.IsCompleted.ShouldBeFalse();
        (await burst[3]).Error!.Code.ShouldBe(ErrorCode.Overloaded);
        burst[..3].ShouldAllBe(task => !task.IsCompleted);
    }

    [Fact]
    public async Task Waiting_ends_with_the_callers_patience_and_with_the_gates()
    {
        var gate = Gate(running: 1);
        using var running = (await gate.EnterAsync(Acme, 1, Ct)).Value;
        using var caller = new CancellationTokenSource();
        var left = gate.EnterAsync(Acme, 1, caller.Token);
        var stayed = gate.EnterAsync(Acme, 1, Ct);

        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);
        gate.Waiting.ShouldBe(1);

        _time.Advance(TimeSpan.FromMinutes(1));
        (await stayed).Error!.Code.ShouldBe(ErrorCode.Overloaded);
        gate.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_lease_counts_once_however_often_it_is_disposed()
    {
        var gate = Gate(running: 1);
        var lease = (await gate.EnterAsync(Acme, 1, Ct)).Value;

        lease.Dispose();
        lease.Dispose();

        gate.Running.ShouldBe(0);
    }

    private TransformGate Gate(int running, int waiting = 100, long budget = 1L << 30) =>
        new(Options.Create(new EngineOptions { MaxRunning = running, MaxWaiting = waiting, MemoryBudgetBytes = budget }), _time);
}
