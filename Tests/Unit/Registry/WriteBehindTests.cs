using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

public sealed class WriteBehindTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly CapturedLogs _logs = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_written_while_nothing_is_counted()
    {
        using var counter = Counter();
        await counter.StartAsync(Ct);
        _time.Advance(Interval * 100);
        await counter.StopAsync(Ct);

        counter.Writes.ShouldBe([0]); // at the stop
    }

    [Fact]
    public async Task A_stop_after_the_end_is_no_mistake()
    {
        var counter = Counter();
        await counter.StartAsync(Ct);
        counter.Count();
        await counter.StopAsync(Ct);
        counter.Dispose();
        await counter.StopAsync(Ct);

        counter.Writes.ShouldBe([1]);
    }

    [Fact]
    public async Task What_is_counted_in_an_interval_is_written_at_its_end_once()
    {
        using var counter = Counter();
        await counter.StartAsync(Ct);
        counter.Count();
        counter.Count();
        _time.Advance(Interval - TimeSpan.FromMilliseconds(1));
        counter.Writes.ShouldBeEmpty();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await counter.WrittenAsync();
        counter.Writes.ShouldBe([2]);

        counter.Count();
        _time.Advance(Interval);
        await counter.WrittenAsync();
        counter.Writes.ShouldBe([2, 1]);
    }

    [Fact]
    public async Task What_cannot_be_written_is_kept_and_written_after_the_next_interval()
    {
        using var counter = Counter();
        await counter.StartAsync(Ct);
        counter.Failure = new NpgsqlException("the server is away");
        counter.Count();
        _time.Advance(Interval);
        await counter.WrittenAsync();
        await Task.WhenAny(counter.WrittenAsync(), AdvanceUntilAsync(() => counter.Writes.Count > 1));

        counter.Writes.ShouldBe([1, 1]);
        _logs.Lines.ShouldContain(line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("kept", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mistake_is_no_outage_and_is_seen()
    {
        using var counter = Counter();
        await counter.StartAsync(Ct);
        counter.Failure = new InvalidOperationException("a mistake");
        counter.Count();
        _time.Advance(Interval);

        (await Should.ThrowAsync<InvalidOperationException>(() => counter.ExecuteTask!)).Message.ShouldBe("a mistake");
    }

    [Fact]
    public async Task A_stop_writes_what_is_left_and_waits_no_longer_than_it_may()
    {
        using var counter = Counter();
        await counter.StartAsync(Ct);
        counter.Count();
        counter.Hangs = true;
        var stop = counter.StopAsync(Ct);
        await counter.WrittenAsync();
        stop.IsCompleted.ShouldBeFalse();
        _time.Advance(WriteBehind.LastWrite);
        await stop;

        counter.Writes.ShouldBe([1]);
        _logs.Lines.ShouldContain(line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_stops_it_a_second_time_waits_for_the_same_last_write()
    {
        using var counter = Counter();
        await counter.StartAsync(Ct);
        counter.Count();
        counter.Hangs = true;
        Task[] stops = [counter.StopAsync(Ct), counter.StopAsync(Ct)];
        await counter.WrittenAsync();
        stops.ShouldAllBe(stop => !stop.IsCompleted);
        _time.Advance(WriteBehind.LastWrite);
        await Task.WhenAll(stops);

        counter.Writes.ShouldBe([1]);
    }

    public void Dispose() => _logs.Dispose();

    private Counting Counter() => new(Interval, _time, new LoggerFactory([_logs]).CreateLogger("counter"));

    /// <summary>The write that failed asks for the next one a moment after it is seen here: the clock goes on until that comes.</summary>
    private async Task AdvanceUntilAsync(Func<bool> reached)
    {
        while (!reached())
        {
            _time.Advance(Interval);
            await Task.Yield();
        }
    }

    private sealed class Counting(TimeSpan interval, TimeProvider time, ILogger logger) : WriteBehind(interval, time, logger)
    {
        private readonly SemaphoreSlim _written = new(0);
        private int _count;

        public List<int> Writes { get; } = [];

        /// <summary>Of the next write.</summary>
        public Exception? Failure { get; set; }

        public bool Hangs { get; set; }

        protected override long Waiting => _count;

        public void Count()
        {
            Interlocked.Increment(ref _count);
            Counted();
        }

        public Task WrittenAsync() => _written.WaitAsync(Ct);

        protected override async Task WriteAsync(CancellationToken ct)
        {
            var taken = Interlocked.Exchange(ref _count, 0);
            Writes.Add(taken);
            _written.Release();
            try
            {
                if (Failure is { } failure)
                {
                    Failure = null;
                    throw failure;
                }

                if (Hangs)
                    await Task.Delay(Timeout.Infinite, ct);
            }
            catch
            {
                Interlocked.Add(ref _count, taken); // what cannot be written is kept
                throw;
            }
        }
    }
}
