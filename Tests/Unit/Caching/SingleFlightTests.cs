using ImageService.Core.Caching;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Caching;

[Trait("Level", "Unit")]
public sealed class SingleFlightTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SingleFlight<string, int> _flights;
    private int _ran;

    public SingleFlightTests() => _flights = new SingleFlight<string, int>(TimeSpan.FromMinutes(1), _time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_hundred_who_ask_at_once_one_does_the_work()
    {
        var callers = Enumerable.Range(0, 100).Select(_ => _flights.RunAsync("key", WorkAsync, Ct)).ToArray();
        _go.SetResult();

        var results = await Task.WhenAll(callers);

        _ran.ShouldBe(1);
        results.Count(result => !result.Joined).ShouldBe(1);
        results.ShouldAllBe(result => result.Value == 1);
        _flights.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Different_keys_fly_apart()
    {
        _go.SetResult();

        await Task.WhenAll(_flights.RunAsync("a", WorkAsync, Ct), _flights.RunAsync("b", WorkAsync, Ct));

        _ran.ShouldBe(2);
    }

    [Fact]
    public async Task The_first_caller_leaving_does_not_fail_the_rest()
    {
        using var leaving = new CancellationTokenSource();
        var first = _flights.RunAsync("key", WorkAsync, leaving.Token);
        var second = _flights.RunAsync("key", WorkAsync, Ct);

        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        _go.SetResult();

        (await second).ShouldBe((1, true));
    }

    [Fact]
    public async Task The_work_ends_when_the_last_waiter_has_left()
    {
        using var leaving = new CancellationTokenSource();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var only = _flights.RunAsync(
            "key",
            async flight =>
            {
                await using var registration = flight.Token.Register(ended.SetResult);
                await ended.Task;
                flight.Token.ThrowIfCancellationRequested();
                return 1;
            },
            leaving.Token);

        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(only);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        _flights.Count.ShouldBe(0);
    }

    [Fact]
    public async Task The_work_ends_when_its_time_is_up()
    {
        var flying = _flights.RunAsync(
            "key",
            async flight =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, flight.Token);
                return 1;
            },
            Ct);

        _time.Advance(TimeSpan.FromMinutes(1));

        (await Should.ThrowAsync<OperationCanceledException>(flying)).CancellationToken.ShouldNotBe(Ct);
    }

    [Fact]
    public async Task Everyone_who_waits_learns_of_a_failure_and_the_next_one_tries_again()
    {
        var callers = Enumerable.Range(0, 3).Select(_ => _flights.RunAsync("key", FailAsync, Ct)).ToArray();
        _go.SetResult();

        foreach (var caller in callers)
            await Should.ThrowAsync<InvalidDataException>(caller);
        (await _flights.RunAsync("key", WorkAsync, Ct)).ShouldBe((1, false));
    }

    [Fact]
    public async Task A_detached_flight_answers_its_waiters_and_knows_that_it_may_not_publish()
    {
        Flight? seen = null;
        var old = _flights.RunAsync(
            "key",
            flight =>
            {
                seen = flight;
                return WorkAsync(flight);
            },
            Ct);

        _flights.Detach(key => key == "key").ShouldBe(1);
        var young = _flights.RunAsync("key", WorkAsync, Ct);
        _go.SetResult();

        (await old).Joined.ShouldBeFalse();
        (await young).Joined.ShouldBeFalse();
        _ran.ShouldBe(2);
        seen!.IsDetached.ShouldBeTrue();
        _flights.Count.ShouldBe(0);
    }

    private async Task<int> WorkAsync(Flight flight)
    {
        var ran = Interlocked.Increment(ref _ran);
        await _go.Task.WaitAsync(flight.Token);
        return ran;
    }

    private async Task<int> FailAsync(Flight flight)
    {
        await _go.Task.WaitAsync(flight.Token);
        throw new InvalidDataException();
    }
}
