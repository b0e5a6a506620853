using System.Collections.Concurrent;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Registry;

/// <summary>One connection hears every channel, in order, and says when something may have been missed.</summary>
[Trait("Level", "Integration")]
public sealed class NoticesTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IAsyncLifetime
{
    private NpgsqlDataSource _source = null!;
    private Notices _notices = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        // A name of its own, so that the test finds this listener among the server's connections.
        var builder = new NpgsqlDataSourceBuilder(
            registry.OwnerConnectionString)
        { ConnectionStringBuilder = { ApplicationName = $"ear-{Guid.CreateVersion7():n}" } };
        RegistryConnection.UseApplicationRole(builder);
        _source = builder.Build();
        _notices = new Notices(_source, TimeProvider.System, NullLogger<Notices>.Instance);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _notices.StopAsync(CancellationToken.None);
        _notices.Dispose();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Every_channel_is_heard_in_order_on_one_connection()
    {
        var (first, second) = (new Subscriber(_notices, "first_test"), new Subscriber(_notices, "second_test"));
        await _notices.StartAsync(Ct);
        await Probe.UntilAsync(() => first.Lost == 1 && second.Lost == 1, "both listen");
        foreach (var number in Enumerable.Range(1, 20))
            await NotifyAsync(number % 2 == 0 ? "second_test" : "first_test", $"{number}");

        await Probe.UntilAsync(() => first.Heard.Count == 10 && second.Heard.Count == 10, "all is heard");
        first.Heard.ShouldBe(Enumerable.Range(0, 10).Select(number => $"{(2 * number) + 1}"));
        (await ConnectionsAsync()).ShouldBe(1L);
    }

    [Fact]
    public async Task The_beat_proves_what_was_sent_before_it()
    {
        var subscriber = new Subscriber(_notices, "first_test");
        await _notices.StartAsync(Ct);
        await Probe.UntilAsync(() => subscriber.Proven > 0, "the beat goes");
        await NotifyAsync("first_test", "before");
        var (beats, heardAtBeat) = (subscriber.Proven, 0);
        await Probe.UntilAsync(() => subscriber.Proven > beats + 1 && (heardAtBeat = subscriber.Heard.Count) >= 0, "two more beats");
        heardAtBeat.ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_connection_is_told_once_it_hears_again_and_nothing_after_that_is_missed()
    {
        var subscriber = new Subscriber(_notices, "first_test");
        await _notices.StartAsync(Ct);
        await Probe.UntilAsync(() => subscriber.Lost == 1, "it listens");
        (await registry.AsOwnerAsync($"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = '{Name}'")).ShouldBe(1L);

        await Probe.UntilAsync(() => subscriber.Lost == 2, "the loss is told");
        await NotifyAsync("first_test", "after");
        await Probe.UntilAsync(() => subscriber.Heard.Contains("after"), "it hears again");
    }

    [Fact]
    public async Task Who_comes_later_is_heard_for_and_who_left_is_not()
    {
        var first = new Subscriber(_notices, "first_test");
        await _notices.StartAsync(Ct);
        await Probe.UntilAsync(() => first.Lost == 1, "it listens");
        var late = new Subscriber(_notices, "late_test");
        await Probe.UntilAsync(() => late.Lost == 1, "the late one listens");
        first.Leave();
        await NotifyAsync("first_test", "unheard");
        await NotifyAsync("late_test", "heard");

        await Probe.UntilAsync(() => late.Heard.Contains("heard"), "the late one hears");
        first.Heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_subscriber_that_fails_does_not_make_the_others_deaf()
    {
        using var failing =
            _notices.On("first_test", _ => throw new InvalidOperationException("a mistake"), () => throw new InvalidOperationException("another"));
        var other = new Subscriber(_notices, "first_test");
        await _notices.StartAsync(Ct);
        await Probe.UntilAsync(() => other.Lost == 1, "it listens");
        await NotifyAsync("first_test", "one");
        await NotifyAsync("first_test", "two");

        await Probe.UntilAsync(() => other.Heard.Count == 2, "the other hears both");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Facts")]
    [InlineData("facts; DROP TABLE assets")]
    public void A_channel_is_a_plain_name(string channel) => Should.Throw<ArgumentException>(() => _notices.On(channel, _ => { }, () => { }));

    [Fact]
    public async Task A_signal_wakes_on_a_notice_and_else_when_time_is_up()
    {
        using var signal = new NoticeSignal(_notices, "first_test");
        await _notices.StartAsync(Ct);
        await signal.WaitAsync(TimeSpan.FromMinutes(1), Ct); // may have missed something before it listened
        await NotifyAsync("first_test", "");
        await signal.WaitAsync(TimeSpan.FromMinutes(1), Ct);
        await signal.WaitAsync(TimeSpan.FromMilliseconds(1), Ct);
    }

    private string Name => new NpgsqlConnectionStringBuilder(_source.ConnectionString).ApplicationName!;

    private Task<object?> NotifyAsync(string channel, string payload) => registry.AsOwnerAsync($"SELECT pg_notify('{channel}', '{payload}')");

    private Task<object?> ConnectionsAsync() => registry.AsOwnerAsync($"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{Name}'");

    private sealed class Subscriber
    {
        private readonly IDisposable _subscription;
        private int _lost;
        private int _proven;

        public Subscriber(Notices notices, string channel) =>
            _subscription = notices.On(channel, Heard.Enqueue, () => Interlocked.Increment(ref _lost), () => Interlocked.Increment(ref _proven));

        public ConcurrentQueue<string> Heard { get; } = new();

        public int Lost => Volatile.Read(ref _lost);

        public int Proven => Volatile.Read(ref _proven);

        public void Leave() => _subscription.Dispose();
    }
}
