using System.Security.Cryptography;
using ImageService.Core.Engine;
using ImageService.Core.Lifecycle;
using ImageService.Core.Messaging;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Tests.Support;
using ImageService.Worker.Consumers;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

/// <summary>Three months of the nightly jobs, in injected time, on servers with storage classes of their own.</summary>
[Trait("Level", "Integration")]
public sealed class TieringOnStoresTests(RegistryFixture registry, StoreServers servers) : IClassFixture<RegistryFixture>
{
    private static readonly DateTimeOffset Uploaded = new(2027, 3, 10, 12, 30, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Uploaded);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("s3")]
    [InlineData("azure")]
    public async Task An_original_nobody_needs_grows_warm_and_cold_a_read_one_comes_back_and_an_unused_variant_goes(string provider)
    {
        var server = provider == "s3" ? await servers.S3Async() : await servers.AzureAsync();
        Assert.SkipWhen(server.Reason is not null, server.Reason ?? "");
        IObjectStore store = provider == "s3" ? new S3ObjectStore(server.Options, _time) : new AzureObjectStore(server.Options, _time);
        var stores = new ObjectStores([new NamedStore(provider, store)]);
        var place = await registry.NewOrganizationAsync();
        var bytes = RandomNumberGenerator.GetBytes(200_000);
        var (asset, variant) = await AddAsync(place, provider, bytes);
        var (original, intermediate) = (asset.Versions.Single().StorageKey, asset.Versions.Single().IntermediateKey!);
        foreach (var key in (string[])[original, intermediate, variant]) await store.PutAsync(key, new MemoryStream(bytes), "image/png", Ct);

        (await NightAsync(day: 6)).ShouldBe(StorageTier.Hot);
        (await NightAsync(day: 8)).ShouldBe(StorageTier.Warm);
        (await NightAsync(day: 31)).ShouldBe(StorageTier.Cold);
        await using (var stored = await store.OpenAsync(original, null, Ct))
            (await SHA256.HashDataAsync(stored.ShouldNotBeNull().Content, Ct)).ShouldBe(SHA256.HashData(bytes));
        await using (var db = registry.Registry.ForOrganization(place.OrganizationId))
            await db.AssetVersions.ExecuteUpdateAsync(set => set.SetProperty(row => row.OriginalReadAt, _time.GetUtcNow()), Ct);
        (await NightAsync(day: 32)).ShouldBe(StorageTier.Hot);
        (await store.HeadAsync(variant, Ct)).ShouldNotBeNull().Tier.ShouldBe(StorageTier.Hot);

        (await NightAsync(day: 91)).ShouldBe(StorageTier.Cold);
        (await store.HeadAsync(variant, Ct)).ShouldBeNull();
        (await store.HeadAsync(intermediate, Ct)).ShouldNotBeNull().Tier.ShouldBe(StorageTier.Hot);

        // What the night's jobs did: the class that the server tells of the original, which the row must tell too.
        async Task<StorageTier> NightAsync(int day)
        {
            _time.SetUtcNow(Uploaded.AddDays(day));
            var options = Options.Create(new LifecycleOptions());
            await new PruneVariants(registry.Registry, options, _time, NullLogger<PruneVariants>.Instance).RunAsync(Ct);
            await new TierAssets(registry.Registry, stores, options, _time, NullLogger<TierAssets>.Instance).RunAsync(Ct);
            await using var db = registry.Registry.ForOrganization(place.OrganizationId);
            foreach (var fact in await db.Facts().Where(row => row.Type == "variants_invalidated").ToListAsync(Ct))
                await new RemovalConsumer(registry.Registry, stores).ConsumeAsync(Messages.Read<VariantsInvalidated>(fact.Body), fact.Id, Ct);
            var told = (await store.HeadAsync(original, Ct)).ShouldNotBeNull().Tier;
            (await db.AssetVersions.AsNoTracking().SingleAsync(row => row.AssetId == asset.Id, Ct)).Tier.ShouldBe(told);
            return told;
        }
    }

    private async Task<(Asset Asset, string Variant)> AddAsync(TestOrganization place, string provider, byte[] bytes)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var asset = new Asset
        {
            OrganizationId = place.OrganizationId, TenantId = place.TenantId, SpaceId = place.SpaceId, ContentHash = hash, Filename = "old.png",
            Access = AssetAccess.Public, UploadedAt = Uploaded, UpdatedAt = Uploaded,
        };
        asset.Versions.Add(new AssetVersion
        {
            OrganizationId = place.OrganizationId, SpaceId = place.SpaceId, AssetId = asset.Id, Version = 1, ContentHash = hash, StorageProvider = provider,
            StorageKey = ObjectKey.Original(place.OrganizationId, asset.Id, 1), SizeBytes = bytes.Length, Format = "png", Width = 40, Height = 30,
            HasAlpha = false, Frames = 1, UploadedAt = Uploaded,
            IntermediateKey = ObjectKey.Intermediate(place.OrganizationId, asset.Id, 1, EngineRevision.ForIntermediate),
        });
        var variant = new Variant
        {
            OrganizationId = place.OrganizationId, SpaceId = place.SpaceId, AssetId = asset.Id, Version = 1, Operations = "fmt_jpg-w_10", OperationsHash = hash,
            Format = "jpg", StorageKey = ObjectKey.Variant(place.OrganizationId, asset.Id, 1, hash, ImageFormat.Jpg), StorageProvider = provider,
            SizeBytes = bytes.Length, ContentHash = hash, Width = 10, Height = 10, ProcessingTimeMs = 5, CreatedAt = Uploaded,
        };
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.AddRange(asset, variant);
        await db.SaveChangesAsync(Ct);
        return (asset, variant.StorageKey);
    }
}
