using ImageService.Core.Engine.Isolation;
using ImageService.Core.Ingestion;
using ImageService.Core.Lifecycle;
using ImageService.Core.Storage;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using ImageService.Worker.Jobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

/// <summary>What a process that was killed in the middle of an upload leaves behind, and who removes it.</summary>
[Trait("Level", "Integration")]
public sealed class LeftOverTests(IngestionFixture rooms) : IClassFixture<IngestionFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_hourly_job_removes_half_written_files_of_the_store_and_leaves_those_being_written()
    {
        var incoming = Path.Combine(rooms.Root, ".incoming");
        var (dead, alive) = (Path.Combine(incoming, "dead"), Path.Combine(incoming, "alive"));
        await File.WriteAllTextAsync(dead, "half", Ct);
        await File.WriteAllTextAsync(alive, "half", Ct);
        File.SetLastWriteTimeUtc(dead, DateTime.UtcNow.AddDays(-2));
        var job = new ExpireUploads(
            rooms.Registry, rooms.Get<StagingSweep>(), new ObjectStores(rooms.Store), Options.Create(new LifecycleOptions()), TimeProvider.System,
            NullLogger<ExpireUploads>.Instance);
        await job.RunAsync(Ct);
        (File.Exists(dead), File.Exists(alive)).ShouldBe((false, true));
    }

    [Fact]
    public async Task Every_host_removes_old_temporary_files_and_decoder_folders_of_its_own_machine()
    {
        var folder = Directory.CreateTempSubdirectory("imageservice-scratch-").FullName;
        var staging = new StagingArea(new ObjectStores(Substitute.For<IObjectStore>()), Options.Create(new IngestionOptions { TemporaryFolder = folder }));
        var (copy, raster, other) = (staging.TemporaryPath(), staging.TemporaryPath() + ".raster.png", Path.Combine(folder, "not-ours"));
        foreach (var file in (string[])[copy, raster, other])
            await File.WriteAllTextAsync(file, "left", Ct);
        var decoder = Directory.CreateTempSubdirectory(DecoderChild.FolderPrefix).FullName;
        await File.WriteAllTextAsync(Path.Combine(decoder, "tile"), "left", Ct);

        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var sweep = new ScratchSweep(staging, time, NullLogger<ScratchSweep>.Instance);
        sweep.Sweep();
        (File.Exists(copy), Directory.Exists(decoder)).ShouldBe((true, true));

        foreach (var file in (string[])[copy, raster, other])
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow - ScratchSweep.MinAge);
        Directory.SetLastWriteTimeUtc(decoder, DateTime.UtcNow - ScratchSweep.MinAge);
        time.Advance(TimeSpan.FromMinutes(1));
        await sweep.StartAsync(Ct);
        await Probe.UntilAsync(() => !File.Exists(copy) && !File.Exists(raster) && !Directory.Exists(decoder), "left-overs are gone soon after the start");
        File.Exists(other).ShouldBeTrue();
        await sweep.StopAsync(Ct);
        Directory.Delete(folder, recursive: true);
    }
}
