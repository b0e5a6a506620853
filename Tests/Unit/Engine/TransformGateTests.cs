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
        var first = await LeaseAsync(gate, Cheap(Acme));
        using var second = await LeaseAsync(gate, Cheap(Acme));
        var third = gate.EnterAsync(Cheap(Acme), Ct);
        (gate.Running, gate.Waiting, third.IsCompleted).ShouldBe((2, 1, false));

        first.Dispose();

        using var lease = (await third).Value;
        (gate.Running, gate.Waiting).ShouldBe((2, 0));
    }

    [Fact]
    public async Task The_memory_budget_holds_back()
    {
        var gate = Gate(running: 4, budget: 100L << 20);
        var large = await LeaseAsync(gate, Cheap(Acme) with { Bytes = 90L << 20 });
        var small = gate.EnterAsync(Cheap(Beta) with { Bytes = 20L << 20 }, Ct);
        small.IsCompleted.ShouldBeFalse();

        large.Dispose();

        using var lease = (await small).Value;
    }

    [Fact]
    public async Task What_takes_more_memory_than_any_may_is_refused_though_the_machine_is_idle()
    {
        var gate = Gate(running: 4, budget: 200L << 20);

        var refused = await gate.EnterAsync(Cheap(Acme) with { Bytes = 201L << 20 }, Ct);

        refused.Error!.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
        refused.Error.Detail.ShouldContain("Engine:MemoryBudgetBytes");
        refused.Error.RetryAfter.ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_takes_of_the_memory_that_a_large_one_in_turn_waits_for()
    {
        var gate = Gate(running: 4, budget: 100L << 20);
        var running = await LeaseAsync(gate, Cheap(Acme) with { Bytes = 60L << 20 });
        var large = gate.EnterAsync(Cheap(Beta) with { Bytes = 90L << 20 }, Ct);
        _time.Advance(TimeSpan.FromMilliseconds(1)); // who came first is next where both have had as much
        var smaller = gate.EnterAsync(Cheap(Acme) with { Bytes = 20L << 20 }, Ct);
        smaller.IsCompleted.ShouldBeFalse();

        running.Dispose();

        using (var first = (await large).Value)
            smaller.IsCompleted.ShouldBeFalse();
        using var second = (await smaller).Value;
    }

    [Fact]
    public async Task The_small_run_beside_a_picture_that_fills_the_budget_and_those_that_wait_for_it()
    {
        var gate = Gate(running: 4, budget: 80L << 20);
        using var large = await LeaseAsync(gate, Costing(Acme, 1.5) with { Bytes = 80L << 20 });
        var next = gate.EnterAsync(Costing(Acme, 0.3) with { Bytes = 70L << 20 }, Ct);

        var small = Cheap(Beta) with { Bytes = 6L << 20 };
        gate.Judge(small).ShouldBeNull();
        var first = await LeaseAsync(gate, small);
        var second = gate.EnterAsync(small, Ct);
        (second.IsCompleted, gate.Running).ShouldBe((false, 2), "an eighth of the budget is theirs");

        first.Dispose();

        using var lease = (await second).Value;
        large.Dispose();
        using var after = (await next).Value;
        gate.Running.ShouldBe(2);
    }

    [Fact]
    public async Task Dear_ones_in_line_before_a_cheap_one_do_not_make_it_wait()
    {
        var gate = Gate(running: 2);
        using var running = await LeaseAsync(gate, Costing(Acme, 2.1));
        _time.Advance(TimeSpan.FromSeconds(1)); // what it still takes may be waited for
        using var waiting = new CancellationTokenSource();
        var dear = gate.EnterAsync(Costing(Acme, 2.1), waiting.Token);
        gate.Waiting.ShouldBe(1);

        gate.Judge(Cheap(Beta)).ShouldBeNull();

        using var lease = await LeaseAsync(gate, Cheap(Beta));
        await waiting.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(dear);
    }

    [Fact]
    public async Task What_one_organization_was_told_is_not_another_s_time_to_come_back()
    {
        var gate = Gate(running: 1);
        using var running = await LeaseAsync(gate, Costing(Acme, 3));
        for (var i = 0; i < 20; i++)
            gate.Judge(Costing(Acme, 3)).ShouldNotBeNull();

        gate.Judge(Costing(Beta, 0.05))!.RetryAfter!.Value.TotalSeconds.ShouldBe(3, 0.1);
    }

    [Fact]
    public async Task Who_would_wait_longer_than_anybody_is_to_wait_is_told_at_once_and_when_to_come_back()
    {
        var gate = Gate(running: 1);
        using var running = await LeaseAsync(gate, Costing(Acme, 1.5));
        var patient = gate.EnterAsync(Costing(Acme, 1.5), Ct);

        var refused = gate.EnterAsync(Cheap(Acme) with { Cost = TimeSpan.FromSeconds(1.6) }, Ct);

        refused.IsCompleted.ShouldBeTrue();
        var error = (await refused).Error!;
        error.Code.ShouldBe(ErrorCode.Overloaded);
        error.RetryAfter!.Value.TotalSeconds.ShouldBe(3, 0.1, "what runs and what waits takes three seconds");
        patient.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_time_to_come_back_counts_those_who_were_told_before()
    {
        var gate = Gate(running: 1);
        using var running = await LeaseAsync(gate, Costing(Acme, 1.9));
        var waiting = gate.EnterAsync(Costing(Acme, 1.9), Ct);

        var told = Enumerable.Range(0, 5).Select(_ => gate.Judge(Costing(Acme, 1.9))!.RetryAfter!.Value.TotalSeconds).ToList();

        told.ShouldBe([3.8, 5.7, 7.6, 9.5, 11.4], 0.1);
        waiting.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(9));
        gate.Judge(Costing(Acme, 1.9))!.RetryAfter!.Value.TotalSeconds.ShouldBeLessThan(told[4], "some have come back meanwhile");
    }

    [Fact]
    public async Task The_wait_is_expected_by_what_transforms_took_lately()
    {
        var gate = Gate(running: 1);
        for (var i = 0; i < 20; i++)
        {
            var one = await LeaseAsync(gate, Costing(Acme, 0.1));
            _time.Advance(TimeSpan.FromSeconds(0.5));
            one.Complete(TimeSpan.FromSeconds(0.1));
        }

        using var running = await LeaseAsync(gate, Costing(Acme, 0.1));
        var waiting = Enumerable.Range(0, 3).Select(_ => gate.EnterAsync(Costing(Acme, 0.1), Ct)).ToList();

        gate.Judge(Costing(Acme, 0.1)).ShouldBeNull("four at half a second each are two seconds");
        var last = gate.EnterAsync(Costing(Acme, 0.1), Ct);
        gate.Judge(Costing(Acme, 0.1)).ShouldNotBeNull();
        waiting.ShouldAllBe(task => !task.IsCompleted);
        last.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Beyond_the_line_the_answer_is_overloaded_with_a_time_to_come_back()
    {
        var gate = Gate(running: 1, waiting: 1);
        using var running = await LeaseAsync(gate, Cheap(Acme));
        var waiting = gate.EnterAsync(Cheap(Acme), Ct);

        var refused = await gate.EnterAsync(Cheap(Acme), Ct);

        refused.Error!.Code.ShouldBe(ErrorCode.Overloaded);
        refused.Error.RetryAfter!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        waiting.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task One_organizations_burst_gives_way_to_another()
    {
        var gate = Gate(running: 1, waiting: 4);
        using var running = await LeaseAsync(gate, Cheap(Acme));
        var burst = Enumerable.Range(0, 4).Select(_ => gate.EnterAsync(Cheap(Acme), Ct)).ToArray();

        var other = gate.EnterAsync(Cheap(Beta), Ct);

        other.IsCompleted.ShouldBeFalse();
        (await burst[3]).Error!.Code.ShouldBe(ErrorCode.Overloaded);
        burst[..3].ShouldAllBe(task => !task.IsCompleted);
    }

    [Fact]
    public async Task Waiting_ends_with_the_callers_patience_and_with_the_gates()
    {
        var gate = Gate(running: 1);
        using var running = await LeaseAsync(gate, Cheap(Acme));
        using var caller = new CancellationTokenSource();
        var left = gate.EnterAsync(Cheap(Acme), caller.Token);
        var stayed = gate.EnterAsync(Cheap(Acme), Ct);

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
        var lease = await LeaseAsync(gate, Cheap(Acme));

        lease.Complete(TimeSpan.FromMilliseconds(1));
        lease.Dispose();

        gate.Running.ShouldBe(0);
    }

    private static GateRequest Cheap(Guid organization) => Costing(organization, 0.05);

    private static GateRequest Costing(Guid organization, double seconds) => new(organization, 1, TimeSpan.FromSeconds(seconds));

    private static async Task<GateLease> LeaseAsync(TransformGate gate, GateRequest request) => (await gate.EnterAsync(request, Ct)).Value;

    private TransformGate Gate(int running, int waiting = 100, long budget = 1L << 30) => new(
        Options.Create(new EngineOptions { MaxRunning = running, MaxWaiting = waiting, MemoryBudgetBytes = budget }), _time);
}
