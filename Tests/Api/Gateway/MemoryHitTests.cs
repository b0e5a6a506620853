using System.IO.Pipelines;
using System.Net;
using ImageService.Api.Gateway;
using ImageService.Core.Registry;
using ImageService.Core.Variants;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class MemoryHitTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private const string NotRecorded = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    private const long MostAllocated = 512;

    [Fact]
    public async Task The_short_way_says_what_the_long_way_says()
    {
        var space = await Stack.NewSpaceAsync(("rate_limit_requests", "1000000"), ("cors_origins", "[\"https://a.example\"]"), ("width_ladder", "[50,100]"));
        var (open, secret) = (await space.AddAsync(), await space.AddAsync(AssetAccess.Private));
        var (plain, auto, signed) = (open.Public("w_50.jpg"), open.Public("w_40-fmt_auto.jpg"), secret.Signed("w_50.webp"));
        var (hinted, measured) = (open.Public("w_auto.jpg"), open.Public("w_50-q_auto.jpg"));
        foreach (var path in (string[])[plain, auto, signed, hinted, measured])
            await InMemoryAsync(path);
        await InMemoryAsync(hinted, ("Sec-CH-Width", "60"));
        await InMemoryAsync(measured, ("Save-Data", "on"));
        var (_, first) = await ImageAsync(Stack, plain);
        Stack.Services.GetRequiredService<IServer>().ShouldBeOfType<HitsFirstServer>();
        using var trace = new RecordedTrace("Microsoft.AspNetCore", "ImageService");
        var asked = ((HttpMethod Method, string Path, (string Name, string Value)[] Headers)[])
        [
            (HttpMethod.Get, plain, []),
            (HttpMethod.Head, plain, []),
            (HttpMethod.Get, plain, [("Origin", "https://a.example")]),
            (HttpMethod.Get, plain, [("Origin", "https://b.example")]),
            (HttpMethod.Get, plain, [("If-None-Match", first.Headers.ETag!.Tag)]),
            (HttpMethod.Get, plain, [("If-Match", "\"other\"")]),
            (HttpMethod.Get, plain, [("Range", "bytes=3-9")]),
            (HttpMethod.Get, plain, [("Range", "bytes=99999999-")]),
            (HttpMethod.Get, auto, [("Accept", "image/webp,*/*")]),
            (HttpMethod.Get, signed, []),
            (HttpMethod.Get, hinted, []),
            (HttpMethod.Get, hinted, [("Sec-CH-Width", "60")]),
            (HttpMethod.Get, measured, [("Origin", "https://a.example")]),
            (HttpMethod.Get, measured, [("Save-Data", "on")]),
            (HttpMethod.Options, plain, [("Origin", "https://b.example"), ("Access-Control-Request-Method", "GET")]),
        ];

        foreach (var (method, path, headers) in asked)
        {
            using var there = await Stack.SendAsync(method, path, [.. headers, ("traceparent", trace.TraceParent)]);
            using var here = await Stack.SendAsync(method, path, [.. headers, ("traceparent", NotRecorded)]);

            Said(here).ShouldBe(Said(there), $"{method} {path} {string.Join(' ', headers)}");
            if (here.StatusCode is not HttpStatusCode.PreconditionFailed)
                (await here.Content.ReadAsByteArrayAsync(Ct)).ShouldBe(await there.Content.ReadAsByteArrayAsync(Ct), "but for a problem's traceId");
        }
    }

    [Fact]
    public async Task A_hit_is_certain_before_anything_is_counted_and_ends_on_the_thread_where_it_began()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var hits = Stack.Services.GetRequiredService<MemoryHits>();
        var request = new Request(asset.Public("w_50.jpg"));

        hits.TryAnswer(request.Features, out _).ShouldBeFalse("nobody has made it yet");
        request.Response.Headers.Count.ShouldBe(0);
        await InMemoryAsync(asset.Public("w_50.jpg"));

        hits.TryAnswer(request.Features, out var answering).ShouldBeTrue();
        answering!.IsCompletedSuccessfully.ShouldBeTrue();
        (request.Response.StatusCode, request.Response.Headers["X-Cache"].ToString(),
            request.Response.Headers.ContentLength).ShouldBe((200, "memory", request.Writer.Written));
        foreach (var other in (string[])[asset.Public("w_51.jpg"), asset.Public("w%5F50.jpg"), asset.Path("priv", "w_50.jpg"), asset.Public("w_50.tif"),
            "/v1/pub/", "/v1/assets"])
            hits.TryAnswer(new Request(other).Features, out _).ShouldBeFalse(other);
        hits.TryAnswer(new Request(asset.Public("w_50.jpg"), "POST").Features, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_browser_says_of_itself_is_heard_on_the_short_way()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        var hits = Stack.Services.GetRequiredService<MemoryHits>();
        foreach (var (file, hint) in ((string, (string, string))[])[("w_auto.jpg", ("Sec-CH-Width", "60")), ("w_50-q_auto.jpg", ("Save-Data", "on"))])
        {
            await InMemoryAsync(asset.Public(file));

            hits.TryAnswer(new Request(asset.Public(file)).Features, out _).ShouldBeTrue(file);
            hits.TryAnswer(new Request(asset.Public(file), hint: hint).Features, out _).ShouldBeFalse($"{hint}: nobody has made this one yet");
            await InMemoryAsync(asset.Public(file), hint);
            hits.TryAnswer(new Request(asset.Public(file), hint: hint).Features, out _).ShouldBeTrue($"{file}, {hint}");
        }
    }

    [Fact]
    public async Task A_hit_allocates_next_to_nothing()
    {
        var space = await Stack.NewSpaceAsync(("rate_limit_requests", "100000000"));
        var (open, secret) = (await space.AddAsync(), await space.AddAsync(AssetAccess.Private));
        var hits = Stack.Services.GetRequiredService<MemoryHits>();
        foreach (var path in (string[])[open.Public("w_50.webp"), secret.Signed("w_50.webp"), open.Public("w_auto.jpg"), open.Public("w_50-q_auto.jpg")])
        {
            await InMemoryAsync(path);
            var request = new Request(path);
            var least = long.MaxValue;
            for (var i = 0; i < 300; i++)
            {
                request.Response.Headers.Clear();
                var before = GC.GetAllocatedBytesForCurrentThread();
                if (hits.TryAnswer(request.Features, out _))
                    least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{least} bytes a hit: {path}");
            least.ShouldBeLessThanOrEqualTo(MostAllocated, path);
        }
    }

    [Fact]
    public async Task Hits_are_counted_and_limited_exactly()
    {
        var space = await Stack.NewSpaceAsync(("rate_limit_requests", "40"), ("allowed_referrers", "[\"good.example\"]"));
        var asset = await space.AddAsync();
        var path = asset.Public("w_50.jpg");
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 60; i++)
        {
            using var response = await Stack.GetAsync(path);
            statuses.Add(response.StatusCode);
        }

        using var foreign = await Stack.GetAsync(path, ("Referer", "https://bad.example/"));
        await Stack.Services.GetRequiredService<VariantAccessCounts>().FlushAsync(Ct);
        await Stack.Services.GetRequiredService<ImageService.Core.Metering.UsageMeter>().FlushAsync(Ct);

        (statuses.Count(status => status is HttpStatusCode.OK), statuses[^1]).ShouldBe((40, HttpStatusCode.TooManyRequests));
        foreign.StatusCode.ShouldBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.TooManyRequests);
        await using var db = space.Db();
        (await db.Variants.AsNoTracking().SingleAsync(Ct)).AccessCount.ShouldBe(40);
        var hours = await db.UsageHours.AsNoTracking().Where(row => row.SpaceId == space.SpaceId).ToListAsync(Ct);
        (hours.Sum(row => row.Requests), hours.Sum(row => row.MemoryHits), hours.Sum(row => row.Misses)).ShouldBe((40, 39, 1));
        hours.Sum(row => row.OriginalBytes).ShouldBe(40 * asset.Original.Length);
    }

    [Fact]
    public async Task A_remembered_signature_ends_with_its_time_and_with_its_key()
    {
        var space = await Stack.NewSpaceAsync();
        var asset = await space.AddAsync(AssetAccess.Private);
        var hits = Stack.Services.GetRequiredService<MemoryHits>();
        var (lasting, ending) = (asset.Signed("w_50.jpg"), asset.Signed("w_50.jpg", DateTimeOffset.UtcNow.AddSeconds(2)));
        await InMemoryAsync(lasting);
        (await Stack.GetAsync(ending)).Dispose();

        hits.TryAnswer(new Request(lasting).Features, out _).ShouldBeTrue();
        hits.TryAnswer(new Request(lasting, host: "elsewhere.example").Features, out _).ShouldBeFalse("it was signed for another host");
        await Probe.UntilAsync(async () => (await Stack.GetAsync(ending)).StatusCode is HttpStatusCode.Unauthorized, "it has ended");
        hits.TryAnswer(new Request(ending).Features, out _).ShouldBeFalse();
        await using (var db = space.Db())
            await db.SigningKeys.ExecuteUpdateAsync(keys => keys.SetProperty(key => key.State, SigningKeyState.Revoked), Ct);
        await Probe.UntilAsync(async () => (await Stack.GetAsync(lasting)).StatusCode is HttpStatusCode.Unauthorized, "its key was revoked");
        hits.TryAnswer(new Request(lasting).Features, out _).ShouldBeFalse();
    }

    private static string Said(HttpResponseMessage response) => string.Join(
        '\n',
        response.Headers.Concat(response.Content.Headers)
            .Where(header =>
                header.Key is not ("Date" or "Server-Timing" or "Traceparent" or "traceparent" or "Cache-Control" or "X-RateLimit-Reset")
                    || (header.Key == "Cache-Control" && !header.Value.First().StartsWith("private", StringComparison.Ordinal)))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
            .Order(StringComparer.Ordinal).Prepend(((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private Task InMemoryAsync(string path, params (string Name, string Value)[] headers) => Probe.UntilAsync(
        async () => Layer((await ImageAsync(Stack, path, [("Accept", "image/webp,*/*"), .. headers])).Response) == "memory", "it is in memory");

    /// <summary>A request as a server hands it over; its body goes nowhere.</summary>
    private sealed class Request
    {
        public Request(string target, string method = "GET", string host = "localhost:8080", (string Name, string Value)? hint = null)
        {
            var headers = new HeaderDictionary { ["Host"] = host, ["Accept"] = "image/webp,*/*", ["traceparent"] = NotRecorded };
            if (hint is { } said)
                headers[said.Name] = said.Value;
            Features.Set<IHttpRequestFeature>(
                new HttpRequestFeature { Method = method, RawTarget = target, Path = target, Scheme = "http", Headers = headers });
            Features.Set<IHttpResponseFeature>(Response);
            Features.Set<IHttpResponseBodyFeature>(new Body(Writer));
        }

        public FeatureCollection Features { get; } = new();

        public HttpResponseFeature Response { get; } = new();

        public CountingWriter Writer { get; } = new();
    }

    private sealed class Body(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => throw new NotSupportedException();

        public PipeWriter Writer => writer;

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering() => throw new NotSupportedException();

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    private sealed class CountingWriter : PipeWriter
    {
        public long Written { get; private set; }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            Written += source.Length;
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: false));
        }

        public override void Advance(int bytes) => throw new NotSupportedException();

        public override void CancelPendingFlush() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null)
        {
            // Nothing is kept.
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            new(new FlushResult(isCanceled: false, isCompleted: false));

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();
    }
}
