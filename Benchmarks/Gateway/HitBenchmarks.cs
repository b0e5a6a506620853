using System.IO.Pipelines;
using BenchmarkDotNet.Attributes;
using ImageService.Api.Gateway;
using ImageService.Api.Http;
using ImageService.Api.RateLimiting;
using ImageService.Core;
using ImageService.Core.Caching;
using ImageService.Core.Facts;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageService.Benchmarks.Gateway;

/// <summary>What a hit in memory costs above the server: from the request's features to the one write, everything but HTTP itself. No data server runs.</summary>
[MemoryDiagnoser]
public class HitBenchmarks
{
    private const string Accept = "image/avif,image/webp,image/apng,image/*,*/*;q=0.8";
    private const string File = "w_800-f_auto.jpg";

    private static readonly AssetId Asset = AssetId.New();
    private static readonly string Path = $"/v1/pub/acme/website/marketing/img/{Asset}/v1/{File}";

    private readonly FeatureCollection _features = new();
    private readonly HttpResponseFeature _response = new();
    private FactsCache _facts = null!;
    private MemoryHits _hits = null!;
    private HttpRequestFeature _request = null!;

    [GlobalSetup]
    public void Setup() => SetupAsync().GetAwaiter().GetResult();

    /// <summary>The whole answer.</summary>
    [Benchmark(Baseline = true)]
    public bool Get() => Answer("GET");

    [Benchmark]
    public bool Head() => Answer("HEAD");

    [Benchmark]
    public bool NotModified()
    {
        _request.Headers.IfNoneMatch = "*";
        var answered = Answer("GET");
        _request.Headers.Remove("If-None-Match");
        return answered;
    }

    private bool Answer(string method)
    {
        _facts.Heard();
        _request.Method = method;
        _response.Headers.Clear();
        _response.StatusCode = StatusCodes.Status200OK;
        return _hits.TryAnswer(_features, out _) ? true : throw new InvalidOperationException("It was no hit.");
    }

    private async Task SetupAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?> { ["Caching:Facts:MaxAge"] = "00:10:00", ["ConnectionStrings:registry"] = "Host=127.0.0.1;Port=1" });
        builder.AddNpgsqlDataSource("registry");
        builder.AddImageService();
        builder.AddHttpEdge();
        builder.AddRateLimits();
        builder.AddGateway();
        var services = builder.Services.BuildServiceProvider();
        (_facts, _hits) = (services.GetRequiredService<FactsCache>(), services.GetRequiredService<MemoryHits>());
        await FillAsync(services);
        _request = new HttpRequestFeature
        {
            RawTarget = Path, Path = Path, Scheme = "http",
            Headers = new HeaderDictionary { ["Host"] = "localhost", ["Accept"] = Accept, ["User-Agent"] = "Mozilla/5.0" },
        };
        _features.Set<IHttpRequestFeature>(_request);
        _features.Set<IHttpResponseFeature>(_response);
        _features.Set<IHttpResponseBodyFeature>(new NoBody());
    }

    private async Task FillAsync(IServiceProvider services)
    {
        _facts.Heard();
        var unlimited = System.Text.Json.JsonDocument.Parse("1000000000").RootElement;
        var policy =
            PolicyLevels.Resolve(
                [new PolicyLevelValues(PolicyLevel.Organization, "acme",
                    new Dictionary<string, PolicySetting>(StringComparer.Ordinal) { ["rate_limit_requests"] = new(unlimited, false) })]);
        var organization = new OrganizationScope(Guid.CreateVersion7(), "acme", "Acme");
        var space = new SpaceScope
        {
            OrganizationId = organization.OrganizationId,
            TenantId = Guid.CreateVersion7(),
            SpaceId = Guid.CreateVersion7(),
            OrganizationSlug = "acme",
            TenantSlug = "website",
            SpaceSlug = "marketing",
            DefaultAccess = AssetAccess.Public,
            Policy = policy,
        };
        var facts = new AssetFacts
        {
            OrganizationId = organization.OrganizationId,
            SpaceId = space.SpaceId,
            AssetId = Asset,
            Version = 1,
            Access = AssetAccess.Public,
            ContentHash = new string('a', 64),
            Format = "jpg",
            SizeBytes = 4_000_000,
            Width = 4000,
            Height = 3000,
            HasAlpha = false,
            Frames = 1,
            StorageKey = "key",
            Filename = "a.jpg",
            Folder = "/",
            Tags = [],
            UploadedAt = DateTimeOffset.UnixEpoch,
        };
        await KeepAsync(FactScope.Organizations, "acme", organization);
        await KeepAsync(FactScope.Of(organization.OrganizationId), "space:website/marketing", space);
        await KeepAsync(FactScope.Asset(organization.OrganizationId, Asset.Value), "1", facts);
        var file = services.GetRequiredService<UrlOperationsCache>().Parse(File).Value;
        var request = new VariantRequest
        {
            Space = space,
            AssetId = Asset,
            Version = 1,
            Operations = file.Operations,
            Extension = file.Extension,
            Access = AssetAccess.Public,
            Accept = Accept,
        };
        var described = await services.GetRequiredService<VariantProvider>().DescribeAsync(request, CancellationToken.None);
        services.GetRequiredService<MemoryVariantCache>().Add(described.Value.Key, new CachedVariant(new byte[42_000], ImageFormat.Avif, 800, 600));
        var key = RateKey.Of(RateKind.Images, policy.RateLimitLevel, space.OrganizationId, space.TenantId, space.SpaceId);
        await services.GetRequiredService<RateLimiter>().TakeAsync(key, policy.RateLimitRequests, policy.RateLimitWindow, CancellationToken.None);
    }

    private async Task KeepAsync<T>(FactScope scope, string key, T fact) =>
        _ = await _facts.GetOrLoadAsync(scope, key, fact, static (known, _) => Task.FromResult(known), StaleFacts.Allow, CancellationToken.None);

    /// <summary>Takes the body and leaves it.</summary>
    private sealed class NoBody : PipeWriter, IHttpResponseBodyFeature
    {
        public Stream Stream => throw new NotSupportedException();

        public PipeWriter Writer => this;

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            new(new FlushResult(isCanceled: false, isCompleted: false));

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            new(new FlushResult(isCanceled: false, isCompleted: false));

        public override void Advance(int bytes) => throw new NotSupportedException();

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();

        public override void CancelPendingFlush() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null)
        {
            // Nothing is kept.
        }

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering() => throw new NotSupportedException();

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
