using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Telemetry;
using ImageService.Core.Variants;
using ImageService.Tests.Support;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

[Trait("Level", "Integration")]
public sealed class SampleIntegrityTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly byte[] Uploaded = [1, 2, 3, 4];
    private static readonly byte[] Flipped = [1, 2, 3, 5];

    private readonly IObjectStore _store = Substitute.For<IObjectStore>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_store_changed_or_lost_is_counted_and_written_to_the_owners_audit_log_and_healed_from_a_version_that_is_right()
    {
        var place = await registry.NewOrganizationAsync();
        var (whole, cut, lost, away) = (await AssetAsync(place), await AssetAsync(place), await AssetAsync(place), await AssetAsync(place));
        var (healed, deleted) = (await AssetAsync(place), await AssetAsync(place, deleted: true));
        Holds(whole, Uploaded);
        Holds(cut, [1, 2, 3]);
        Holds(lost, null);
        Holds(healed, Flipped);
        Holds(deleted, Flipped);
        _store.OpenAsync(Key(away), null, Arg.Any<CancellationToken>()).ThrowsAsync(new ObjectStoreException("The store does not answer."));
        _store.VersionsAsync(Arg.Any<string>(), Arg.Any<CancellationToken>()).Returns(AsyncEnumerable.Empty<ObjectVersion>());
        ObjectVersion[] versions = [new("wrong", 4, default), new("short", 3, default), new("right", 4, default)];
        _store.VersionsAsync(Key(healed), Arg.Any<CancellationToken>()).Returns(versions.ToAsyncEnumerable());
        _store.OpenVersionAsync(Key(healed), "wrong", Arg.Any<CancellationToken>()).Returns(_ => Stored(Flipped));
        _store.OpenVersionAsync(Key(healed), "right", Arg.Any<CancellationToken>()).Returns(_ => Stored(Uploaded));
        _store.RestoreVersionAsync(Key(healed), "right", Arg.Any<CancellationToken>()).Returns(_ =>
        {
            Holds(healed, Uploaded);
            return true;
        });

        var counted = await RunAsync(sample: 1000);

        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        var lines = await db.AuditLogs.AsNoTracking().Where(row => row.Action != "asset.uploaded" && row.ResourceType == "asset").ToListAsync(Ct);
        lines.Select(line => (line.Action, line.ResourceId)).ShouldBe(
            [
                ("asset.damaged", new AssetId(cut.Id).ToString()), ("asset.damaged", new AssetId(lost.Id).ToString()),
                ("asset.damaged", new AssetId(healed.Id).ToString()), ("asset.healed", new AssetId(healed.Id).ToString()),
            ],
            ignoreOrder: true);
        counted.ShouldBe(3);
        (await db.AssetVersions.SingleAsync(row => row.AssetId == healed.Id, Ct)).Tier.ShouldBe(StorageTier.Hot);
        await _store.DidNotReceive().OpenVersionAsync(Key(healed), "short", Arg.Any<CancellationToken>());

        (await RunAsync(sample: 0)).ShouldBe(0);
    }

    private static StoredObject Stored(byte[] bytes) =>
        new(new MemoryStream(bytes), new ObjectInfo(bytes.Length, DateTimeOffset.UnixEpoch, null, StorageTier.Cold));

    private static string Key(Asset asset) => asset.Versions.Single().StorageKey;

    private void Holds(Asset asset, byte[]? bytes) =>
        _store.OpenAsync(Key(asset), null, Arg.Any<CancellationToken>()).Returns(_ => bytes is null ? null : Stored(bytes));

    /// <returns>What the metric of the alert counted.</returns>
    private async Task<long> RunAsync(int sample)
    {
        var counted = 0L;
        using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = provider.GetRequiredService<IMeterFactory>();
        using var metrics = new ImageServiceMetrics(meters);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "integrity_failures_total" && ReferenceEquals(instrument.Meter.Scope, meters)) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted += (string?)tags[0].Value == IntegrityGuard.Original ? value : 0);
        listener.Start();
        var guard = new IntegrityGuard(
            registry.Registry, registry.Services.GetRequiredService<AuditLog>(), registry.Services.GetRequiredService<CurrentActor>(), metrics,
            TimeProvider.System, NullLogger<IntegrityGuard>.Instance);
        var check = new OriginalCheck(registry.Registry, new ObjectStores([new NamedStore("file", _store)]), guard);
        var options = Options.Create(new LifecycleOptions { IntegritySample = sample });
        await new SampleIntegrity(registry.Registry, check, options, NullLogger<SampleIntegrity>.Instance).RunAsync(Ct);
        return counted;
    }

    private async Task<Asset> AssetAsync(TestOrganization place, bool deleted = false)
    {
        var asset = place.NewAsset();
        asset.DeletedAt = deleted ? DateTimeOffset.UtcNow : null;
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.Add(asset);
        await db.SaveChangesAsync(Ct);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Uploaded));
        await db.AssetVersions.Where(row => row.AssetId == asset.Id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.SizeBytes, Uploaded.Length)
                .SetProperty(row => row.ContentHash, hash).SetProperty(row => row.Tier, StorageTier.Cold),
            Ct);
        return asset;
    }
}
