using ImageService.Core.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Storage;

/// <summary>A disk that is nearly full takes no uploads before writes to it begin to fail.</summary>
[Trait("Level", "Unit")]
public sealed class StoreProbeTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("probe-");
    private readonly IObjectStore _store = Substitute.For<IObjectStore>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_local_disk_with_less_than_64_mebibytes_free_degrades_and_is_not_written_to()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A file system of which nothing is ever free: /proc.");
        _store.LocalPathOf(Arg.Any<string>()).Returns("/proc/self/objects/probe");

        var report = await ReadyAsync();

        report.Status.ShouldBe(HealthStatus.Degraded);
        report.Description.ShouldBe("The disk of the object store is nearly full: 0 MiB are free, uploads need 64.");
        _store.ReceivedCalls().ShouldNotContain(call => call.GetMethodInfo().Name == nameof(IObjectStore.PutAsync));
    }

    [Fact]
    public async Task A_disk_with_room_and_a_store_that_is_elsewhere_are_judged_by_a_write()
    {
        foreach (var path in (string?[])[Path.Combine(_folder.FullName, "not yet there", "probe"), null])
        {
            _store.LocalPathOf(Arg.Any<string>()).Returns(path);
            _store.ClearReceivedCalls();

            (await ReadyAsync()).Status.ShouldBe(HealthStatus.Healthy, path);

            _store.ReceivedCalls().Count(call => call.GetMethodInfo().Name == nameof(IObjectStore.PutAsync)).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Room_that_was_made_is_seen_after_half_a_second()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A file system of which nothing is ever free: /proc.");
        var probe = new StoreProbe(_store, _clock);
        _store.LocalPathOf(Arg.Any<string>()).Returns("/proc/self/objects/probe");
        (await probe.JudgeAsync(Ct)).ShouldNotBeNull();

        _store.LocalPathOf(Arg.Any<string>()).Returns(Path.Combine(_folder.FullName, "probe"));

        (await probe.JudgeAsync(Ct)).ShouldNotBeNull("the look is shared");
        _clock.Advance(TimeSpan.FromMilliseconds(501));
        (await probe.JudgeAsync(Ct)).ShouldBeNull();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<HealthCheckResult> ReadyAsync()
    {
        var check = new StorageHealthCheck(new StoreProbe(_store, _clock), new ObjectStores(_store));
        var registration = new HealthCheckRegistration("storage", check, HealthStatus.Degraded, tags: null);
        return await check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, Ct);
    }
}
