using ImageService.Core.Ingestion;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Core.Tenancy;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Demo;

/// <summary>
/// Makes the demo once the Api listens, and writes its facts. Development only; idempotent; a second start finds everything and re-signs the URL.
/// </summary>
internal sealed class DemoSeeder(
    DemoOrganization demo, TenantDirectory tenants, StagingArea staging, AssetIngestor ingestor, RegistryFactory registry, SigningKeyRing keys, IServer server,
    IHostApplicationLifetime lifetime, IOptions<DemoOptions> options, TimeProvider clock, ILogger<DemoSeeder> logger) : BackgroundService
{
    private const string DefaultBaseUrl = "http://localhost:8080";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SeedAsync(stoppingToken);
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The database or the store may not be there yet; the demo is not worth the Api's life.
                Log.Delayed(logger, failure);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    private async Task SeedAsync(CancellationToken ct)
    {
        var settings = options.Value;
        var (organizationId, tenantId) = await demo.EnsureAsync(ct);
        await demo.EnsureOwnerAsync(organizationId, settings.PortalUser, settings.PortalPassword, ct);
        var key = await demo.EnsureKeyAsync(organizationId, await DemoSummary.ReadKeyAsync(settings.SummaryFile, ct), ct);
        await DemoSummary.KeepKeyAsync(settings.SummaryFile, key, ct);
        var open = await FillAsync(DemoOrganization.PublicSpace, DemoPictures.Public, ct);
        var closed = await FillAsync(DemoOrganization.PrivateSpace, DemoPictures.Private, ct);
        var summary = new DemoSummary
        {
            ApiKey = key,
            PortalUser = settings.PortalUser,
            PortalPassword = settings.PortalPassword,
            Organization = DemoOrganization.Slug,
            OrganizationId = organizationId,
            Tenant = DemoOrganization.TenantSlug,
            TenantId = tenantId,
            Spaces = new DemoSpaces(DemoOrganization.PublicSpace, DemoOrganization.PrivateSpace),
            PublicUrl = BaseUrl() + ImageUrlBuilder.Path(open, "w_1200-h_800-f_cover", ImageFormat.Webp),
            SignedUrl = BaseUrl() + await SignAsync(organizationId, tenantId, ImageUrlBuilder.Path(closed, "w_800", ImageFormat.Webp), ct),
        };
        if (settings.SummaryFile.Length > 0)
            await summary.WriteAsync(settings.SummaryFile, ct);
        Log.Ready(logger, DemoOrganization.Slug);
    }

    /// <summary>Ingests the pictures that are not there; returns the address of the first.</summary>
    private async Task<ImageAddress> FillAsync(string spaceSlug, IReadOnlyList<DemoPictures.Picture> pictures, CancellationToken ct)
    {
        var space = await tenants.FindSpaceAsync(DemoOrganization.Slug, DemoOrganization.TenantSlug, spaceSlug, ct)
            ?? throw new InvalidOperationException($"The demo's space {spaceSlug} was not found.");
        foreach (var picture in pictures)
        {
            if (await FindAsync(space, picture, ct) is null)
                await IngestAsync(space, picture, ct);
        }

        var first = await FindAsync(space, pictures[0], ct) ?? throw new InvalidOperationException($"The demo's picture {pictures[0].Filename} was not found.");
        return new ImageAddress
        {
            Organization = space.OrganizationSlug,
            Tenant = space.TenantSlug,
            Space = space.SpaceSlug,
            Asset = new AssetId(first.Id),
            Version = first.CurrentVersion,
            Access = first.Access,
        };
    }

    private async Task<Asset?> FindAsync(SpaceScope space, DemoPictures.Picture picture, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(space.OrganizationId);
        return await db.Assets.AsNoTracking()
            .Where(row => row.SpaceId == space.SpaceId && row.Filename == picture.Filename && row.Folder == picture.Folder && row.DeletedAt == null)
            .OrderBy(row => row.Id).FirstOrDefaultAsync(ct);
    }

    private async Task IngestAsync(SpaceScope space, DemoPictures.Picture picture, CancellationToken ct)
    {
        using var bytes = new MemoryStream(picture.Draw());
        var staged = await staging.StageAsync(space.OrganizationId, bytes, StagingTarget.For(space.Policy), ct);
        if (!staged.TryGet(out var file, out var error))
            throw new InvalidOperationException($"{picture.Filename}: {error.Detail}");
        await using (file)
        {
            var image = new IncomingImage
            {
                Space = space,
                Filename = picture.Filename,
                Folder = picture.Folder,
                Tags = picture.Tags,
                Access = null,
                UploadedBy = null,
            };
            var ingested = await ingestor.IngestAsync(image, file, ct);
            if (ingested.Error is { } refused)
                throw new InvalidOperationException($"{picture.Filename}: {refused.Detail}");
        }
    }

    private async Task<string> SignAsync(Guid organizationId, Guid tenantId, string path, CancellationToken ct)
    {
        var key = await keys.ActiveAsync(organizationId, tenantId, ct) ?? throw new InvalidOperationException("The demo's tenant has no signing key.");
        var policy = (await tenants.FindSpaceAsync(DemoOrganization.Slug, DemoOrganization.TenantSlug, DemoOrganization.PrivateSpace, ct))!.Policy;
        var expires = (clock.GetUtcNow() + policy.SignedUrlTtlMax).ToUnixTimeSeconds();
        return ImageUrlBuilder.SignedPath(key.Secret.Span, key.Kid, new SignedRequest(path, expires, new Uri(BaseUrl()).Host, tenantId));
    }

    private string BaseUrl()
    {
        if (options.Value.PublicBaseUrl.Length > 0)
            return options.Value.PublicBaseUrl.TrimEnd('/');
        var listening =
            server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(static address => address.StartsWith("http:", StringComparison.Ordinal));
        if (listening is null
            || !Uri.TryCreate(listening.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal),
                UriKind.Absolute, out var uri))
            return DefaultBaseUrl;
        return uri.Host is "[::]" or "0.0.0.0" or "127.0.0.1" or "[::1]" ? $"http://localhost:{uri.Port}" : $"http://{uri.Authority}";
    }
}
