using ImageService.Core.Facts;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Facts;

[Trait("Level", "Unit")]
public sealed class FactsCacheTests
{
    private static readonly Guid Org = Guid.CreateVersion7();
    private readonly FakeTimeProvider _time = new();
    private readonly FactsCache _facts;
    private int _loads;

    public FactsCacheTests() => _facts = new FactsCache(Options.Create(new FactsOptions()), _time);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fact_is_loaded_once_and_then_remembered()
    {
        _facts.Heard();
        (await AskAsync("a")).ShouldBe("a1");
        (await AskAsync("a")).ShouldBe("a1");
        (await AskAsync("b")).ShouldBe("b2");
    }

    [Fact]
    public async Task Forgetting_a_scope_forgets_that_scope_only()
    {
        _facts.Heard();
        var (asset, other) = (FactScope.Asset(Org, Guid.CreateVersion7()), FactScope.Asset(Org, Guid.CreateVersion7()));
        await AskAsync("1", asset);
        await AskAsync("1", other);
        await AskAsync("policy");
        _facts.Forget(asset);

        (await AskAsync("1", other)).ShouldBe("12");
        (await AskAsync("policy")).ShouldBe("policy3");
        (await AskAsync("1", asset)).ShouldBe("14");
    }

    [Fact]
    public async Task While_the_registry_hangs_old_facts_are_served_without_waiting_until_it_answers_again()
    {
        (await LookUpAsync(_ => Task.FromResult("old"))).ShouldBe("old");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await LookUpAsync(_ => throw new NpgsqlException("gone", new TimeoutException()))).ShouldBe("old");

        var answer = new TaskCompletionSource<string>();
        for (var second = 0; second < 3; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            var asking = LookUpAsync(_ => { Interlocked.Increment(ref _loads); return answer.Task; });
            asking.IsCompleted.ShouldBeTrue("nobody waits for a registry that is known to hang");
            (await asking).ShouldBe("old");
        }

        answer.SetResult("new");
        await Probe.UntilAsync(async () => await LookUpAsync(_ => Task.FromResult("newer")) is "new" or "newer",
            "the look-up that was under way ends the outage");
        _loads.ShouldBe(1, "one look-up at a time asks whether it answers");

        ValueTask<string> LookUpAsync(Func<CancellationToken, Task<string>> load) =>
            _facts.GetOrLoadAsync(FactScope.Of(Org), "x", load, static (load, ct) => load(ct), StaleFacts.Allow, Ct);
    }

    [Fact]
    public async Task After_changes_may_have_been_missed_a_fact_is_looked_up_and_the_old_one_used_only_where_nobody_answers()
    {
        _facts.Heard();
        (await LookUpAsync(_ => Task.FromResult("old"))).ShouldBe("old");
        _facts.ForgetAll();

        _facts.TryGet<string>(FactScope.Of(Org), "x", out _).ShouldBeFalse();
        (await LookUpAsync(_ => throw new RegistryUnavailableException("It has only just come back."))).ShouldBe("old");
        _facts.ForgetAll();
        (await LookUpAsync(_ => Task.FromResult("new"))).ShouldBe("new");

        ValueTask<string> LookUpAsync(Func<CancellationToken, Task<string>> load) =>
            _facts.GetOrLoadAsync(FactScope.Of(Org), "x", load, static (load, ct) => load(ct), StaleFacts.Allow, Ct);
    }

    [Fact]
    public async Task A_fact_that_is_not_known_is_waited_for_for_seconds_not_for_ever()
    {
        var asking = LookAsync("x", _ => new TaskCompletionSource<string>().Task).AsTask();
        _time.Advance(TimeSpan.FromSeconds(9));

        RegistryFailure.IsUnavailable(await Should.ThrowAsync<RegistryUnavailableException>(asking)).ShouldBeTrue();
    }

    [Fact]
    public async Task Many_who_ask_at_once_share_one_load()
    {
        _facts.Heard();
        var gate = new TaskCompletionSource();
        var asking = Enumerable.Range(0, 50).Select(_ => LookAsync("a", async _ =>
        {
            Interlocked.Increment(ref _loads);
            await gate.Task;
            return "x";
        }).AsTask()).ToList();
        gate.SetResult();

        (await Task.WhenAll(asking)).ShouldAllBe(answer => answer == "x");
        _loads.ShouldBe(1);
    }

    [Fact]
    public async Task A_load_during_which_its_scope_was_forgotten_is_not_kept()
    {
        _facts.Heard();
        var (started, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = LookAsync("a", async _ =>
        {
            started.SetResult();
            await gate.Task;
            return "old";
        }).AsTask();
        await started.Task;
        _facts.Forget(FactScope.Of(Org));
        var meanwhile = await LookAsync("a", _ => Task.FromResult("new"));
        gate.SetResult();

        meanwhile.ShouldBe("new");
        (await slow).ShouldBe("old", "who asked before the change gets the answer of then");
        (await AskAsync("a")).ShouldBe("new");
    }

    [Fact]
    public async Task The_same_holds_when_everything_is_forgotten()
    {
        _facts.Heard();
        var (started, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = LookAsync("a", async _ =>
        {
            started.SetResult();
            await gate.Task;
            return "old";
        }).AsTask();
        await started.Task;
        _facts.ForgetAll();
        gate.SetResult();
        await slow;

        (await AskAsync("a")).ShouldBe("a1");
    }

    [Fact]
    public async Task Facts_are_looked_up_again_after_30_s_with_and_5_s_without_word_from_the_database()
    {
        _facts.Heard();
        await AskAsync("a");
        for (var i = 0; i < 29; i++)
            Pass(1);
        (await AskAsync("a")).ShouldBe("a1");
        Pass(1);
        (await AskAsync("a")).ShouldBe("a2");

        _time.Advance(TimeSpan.FromSeconds(4.9));
        (await AskAsync("a")).ShouldBe("a2");
        _time.Advance(TimeSpan.FromSeconds(0.2));
        _facts.IsListening.ShouldBeFalse();
        (await AskAsync("a")).ShouldBe("a3");
    }

    [Fact]
    public async Task Nothing_is_believed_for_2_s()
    {
        _facts.Heard();
        Func<CancellationToken, Task<string?>> none = _ =>
        {
            _loads++;
            return Task.FromResult<string?>(null);
        };
        await LookAsync("none", none);
        await LookAsync("none", none);
        _loads.ShouldBe(1);
        Pass(2);
        await LookAsync("none", none);
        _loads.ShouldBe(2);
    }

    [Fact]
    public async Task While_the_database_is_down_old_facts_serve_who_allows_it_for_15_minutes_and_nobody_else()
    {
        await AskAsync("a");
        _time.Advance(TimeSpan.FromMinutes(14));

        (await DownAsync("a", StaleFacts.Allow)).ShouldBe("a1");
        await Should.ThrowAsync<NpgsqlException>(DownAsync("a", StaleFacts.Refuse));
        await Should.ThrowAsync<NpgsqlException>(DownAsync("unknown", StaleFacts.Allow));

        _time.Advance(TimeSpan.FromMinutes(2));
        await Should.ThrowAsync<NpgsqlException>(DownAsync("a", StaleFacts.Allow));
    }

    [Fact]
    public async Task A_mistake_in_a_query_is_not_a_database_that_is_down()
    {
        await AskAsync("a");
        _time.Advance(TimeSpan.FromMinutes(1));

        await Should.ThrowAsync<FormatException>(_facts.GetOrLoadAsync(
            FactScope.Of(Org), "a", 0, static (_, _) => Task.FromException<string>(new FormatException()), StaleFacts.Allow, Ct).AsTask());
    }

    [Fact]
    public async Task A_database_that_does_not_answer_in_time_is_not_waited_for_where_an_old_fact_will_do()
    {
        await AskAsync("a");
        _time.Advance(TimeSpan.FromMinutes(1));
        var started = new TaskCompletionSource();
        var asked = _facts.GetOrLoadAsync(FactScope.Of(Org), "a", started, static async (started, ct) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, ct);
            return "never";
        }, StaleFacts.Allow, Ct).AsTask();
        await started.Task;
        _time.Advance(TimeSpan.FromSeconds(1));

        (await asked).ShouldBe("a1");
        (await DownAsync("a", StaleFacts.Allow)).ShouldBe("a1");
    }

    [Fact]
    public async Task Memory_is_bounded_and_what_is_asked_for_stays()
    {
        var facts = new FactsCache(Options.Create(new FactsOptions { MaxEntries = 1000 }), _time);
        for (var i = 0; i < 5000; i++)
        {
            await facts.GetOrLoadAsync(FactScope.Asset(Org, Guid.CreateVersion7()), "1", 0, static (_, _) => Task.FromResult("x"), StaleFacts.Refuse, Ct);
            await facts.GetOrLoadAsync(FactScope.Of(Org), "hot", this, static (test, _) => Task.FromResult($"{++test._loads}"), StaleFacts.Refuse, Ct);
            facts.Count.ShouldBeLessThanOrEqualTo(1002);
        }

        _loads.ShouldBeLessThan(5);
    }

    [Fact]
    public async Task A_hit_allocates_nothing()
    {
        _facts.Heard();
        var (scope, asset) = (FactScope.Of(Org), FactScope.Asset(Org, Org));
        await AskAsync("space:website/marketing");
        await AskAsync("1", asset);
        Hit();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Hit();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000, "bytes for a thousand hits");

        void Hit()
        {
            _facts.TryGet<string>(scope, "space:website/marketing", out _).ShouldBeTrue();
            _facts.TryGet<string>(asset, "1", out _).ShouldBeTrue();
#pragma warning disable CA2012 // The task is only looked at, and an AsTask would allocate.
            _facts.GetOrLoadAsync(scope, "space:website/marketing", 0, static (_, _) => Task.FromResult(""), StaleFacts.Refuse,
                CancellationToken.None).IsCompleted.ShouldBeTrue();
#pragma warning restore CA2012
        }
    }

    private void Pass(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _facts.Heard();
    }

    private ValueTask<string> AskAsync(string key, FactScope? scope = null) => _facts.GetOrLoadAsync(
        scope ?? FactScope.Of(Org), key, (this, key), static (asked, _) => Task.FromResult($"{asked.key}{++asked.Item1._loads}"), StaleFacts.Refuse, Ct);

    private ValueTask<T> LookAsync<T>(string key, Func<CancellationToken, Task<T>> load) =>
        _facts.GetOrLoadAsync(FactScope.Of(Org), key, load, static (load, ct) => load(ct), StaleFacts.Refuse, Ct);

    private Task<string> DownAsync(string key, StaleFacts stale) => _facts.GetOrLoadAsync(
        FactScope.Of(Org), key, 0, static (_, _) => Task.FromException<string>(new NpgsqlException("refused")), stale, Ct).AsTask();
}
