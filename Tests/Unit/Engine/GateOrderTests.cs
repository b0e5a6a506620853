using ImageService.Core.Engine;
using ImageService.Core.Errors;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Who is served before whom. Transforms take exactly what they cost, on a clock that the test moves.</summary>
[Trait("Level", "Unit")]
public sealed class GateOrderTests
{
    private static readonly Guid Acme = Guid.CreateVersion7();
    private static readonly Guid Beta = Guid.CreateVersion7();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Organizations_take_turns_whoever_came_first() =>
        (await OrderAsync(new("a0", Acme, 0.1), new("a1", Acme, 0.1), new("a2", Acme, 0.1), new("a3", Acme, 0.1), new("b1", Beta, 0.1), new("b2", Beta, 0.1)))
            .ShouldBe(["a0", "b1", "a1", "b2", "a2", "a3"]);

    [Fact]
    public async Task A_turn_is_worth_the_time_it_takes() =>
        (await OrderAsync(new("a0", Acme, 0.1), new("a1", Acme, 0.4), new("a2", Acme, 0.4), new("b1", Beta, 0.1), new("b2", Beta, 0.1), new("b3", Beta, 0.1),
            new("b4", Beta, 0.1)))
            .ShouldBe(["a0", "b1", "b2", "b3", "b4", "a1", "a2"]);

    [Fact]
    public async Task The_cheap_do_not_wait_behind_the_dear_of_their_own_organization() =>
        (await OrderAsync(new("first", Acme, 0.1), new("dear", Acme, 1.2), new("cheap", Acme, 0.05))).ShouldBe(["first", "cheap", "dear"]);

    [Fact]
    public async Task People_come_before_background_work() =>
        (await OrderAsync(new("first", Acme, 0.1), new("job 1", Beta, 0.1, true), new("job 2", Beta, 0.1, true), new("a1", Acme, 0.1), new("a2", Acme, 0.1)))
            .ShouldBe(["first", "a1", "a2", "job 1", "job 2"]);

    [Fact]
    public async Task The_dear_leave_a_place_to_the_others()
    {
        var gate = Gate(running: 2);
        using var dear = (await gate.EnterAsync(new GateRequest(Acme, 1, TimeSpan.FromSeconds(5)), Ct)).Value;

        var second = await gate.EnterAsync(new GateRequest(Acme, 1, TimeSpan.FromSeconds(5)), Ct);
        var background = gate.EnterAsync(new GateRequest(Acme, 1, TimeSpan.FromSeconds(5)) { IsBackground = true }, Ct);
        using var cheap = (await gate.EnterAsync(new GateRequest(Beta, 1, TimeSpan.FromSeconds(0.1)), Ct)).Value;

        second.Error!.RetryAfter!.Value.TotalSeconds.ShouldBe(5, 0.1);
        (background.IsCompleted, gate.Running).ShouldBe((false, 2));
    }

    [Fact]
    public async Task Of_ten_organizations_of_which_one_floods_the_nine_are_served_within_two_seconds()
    {
        var gate = Gate(running: 2);
        var flood = Guid.CreateVersion7();
        List<Visit> running = [];
        List<Visit> visits = [];
        var refused = 0;
        var began = _time.GetUtcNow();

        // Ten seconds in steps of 50 ms: 60 a second of one organization, one every half a second of each of nine others, each 100 ms of two cores.
        for (var step = 0; step < 200; step++)
        {
            for (var i = 0; i < 3; i++)
                refused += Enter(flood) ? 0 : 1;
            foreach (var other in Others.Where((_, i) => step % 10 == i))
                Enter(other).ShouldBeTrue("nobody but the flood is refused");
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await EndAsync(TimeSpan.FromMilliseconds(100));
        }

        var waits = visits.Where(visit => visit.Organization != flood && visit.StartedAt is not null).Select(visit => visit.Wait.TotalSeconds).Order().ToList();
        waits.Count.ShouldBeGreaterThanOrEqualTo(170);
        waits[(int)(waits.Count * 0.95)].ShouldBeLessThan(0.5);

        // Those of the flood who came first could not know of the others.
        visits.Where(visit => visit.StartedAt is not null && visit.CameAt - began > TimeSpan.FromSeconds(2))
            .Max(visit => visit.Wait.TotalSeconds).ShouldBeLessThan(3);
        refused.ShouldBeGreaterThan(300, "most of the flood is told at once");

        bool Enter(Guid organization)
        {
            var entering = gate.EnterAsync(new GateRequest(organization, 1, TimeSpan.FromSeconds(0.1)), Ct);
            if (entering is { IsCompletedSuccessfully: true, Result.IsSuccess: false })
                return false;
            visits.Add(new Visit(organization, entering, _time.GetUtcNow()));
            return true;
        }

        async Task EndAsync(TimeSpan took)
        {
            foreach (var ended in running.Where(visit => _time.GetUtcNow() - visit.StartedAt >= took).ToList())
            {
                running.Remove(ended);
                (await ended.Entering).Value.Complete(took);
            }

            // The gate has let them in; that their tasks end is a matter of moments.
            while (running.Count + visits.Count(IsIn) < gate.Running)
                await Task.Yield();
            foreach (var visit in visits.Where(IsIn).ToList())
            {
                visit.StartedAt = _time.GetUtcNow();
                running.Add(visit);
            }
        }
    }

    private static bool IsIn(Visit visit) => visit.StartedAt is null && visit.Entering.IsCompleted;

    private static readonly Guid[] Others = [.. Enumerable.Range(0, 9).Select(_ => Guid.CreateVersion7())];

    // The first runs at once; the others come while it does.
    private async Task<List<string>> OrderAsync(params Comer[] comers)
    {
        var gate = Gate(running: 1);
        var order = new List<string>();
        var entering = comers.Select(comer => (comer, Lease: gate.EnterAsync(comer.Request, Ct))).ToList();
        while (entering.Count > 0)
        {
            var (comer, lease) = entering.First(one => one.Lease.IsCompleted);
            entering.Remove((comer, lease));
            order.Add(comer.Name);
            _time.Advance(comer.Request.Cost);
            (await lease).Value.Complete(comer.Request.Cost);
            if (entering.Count > 0)
                await Task.WhenAny(entering.Select(one => one.Lease));
        }

        return order;
    }

    private TransformGate Gate(int running) => new(Options.Create(new EngineOptions { MaxRunning = running, MaxWait = TimeSpan.FromMinutes(1) }), _time);

    private sealed record Comer(string Name, Guid Organization, double Seconds, bool IsBackground = false)
    {
        public GateRequest Request => new(Organization, 1, TimeSpan.FromSeconds(Seconds)) { IsBackground = IsBackground };
    }

    private sealed record Visit(Guid Organization, Task<Result<GateLease>> Entering, DateTimeOffset CameAt)
    {
        public DateTimeOffset? StartedAt { get; set; }

        public TimeSpan Wait => StartedAt!.Value - CameAt;
    }
}
