using System.Diagnostics;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

public sealed class TraceTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    [Fact]
    public async Task An_image_that_has_to_be_made_is_one_trace_from_the_gateway_through_cache_transform_and_store()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        using var trace = new RecordedTrace("Microsoft.AspNetCore", "ImageService");
        (await Stack.GetAsync(asset.Public("w_50.jpg"), ("traceparent", trace.TraceParent))).Dispose();

        await Probe.UntilAsync(() => trace.Has("Microsoft.AspNetCore.Hosting.HttpRequestIn"), "the request's span ends");
        var request = trace.Span("Microsoft.AspNetCore.Hosting.HttpRequestIn");
        request.ParentSpanId.ShouldBe(trace.Context.SpanId);
        foreach (var name in (string[])["cache", "transform", "store"])
            trace.Span(name).ParentSpanId.ShouldBe(request.SpanId, name);
    }

    [Fact]
    public async Task The_span_of_a_request_is_the_current_one_where_it_ends_and_is_named_there_by_its_route()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        using var trace = new RecordedTrace("Microsoft.AspNetCore");
        var ends = new Ends(trace.Context.TraceId);
        using var listening = Stack.Services.GetRequiredService<DiagnosticListener>().Subscribe(ends);
        (await Stack.GetAsync(asset.Public("w_51.jpg"), ("traceparent", trace.TraceParent))).Dispose();

        await Probe.UntilAsync(() => trace.Has("Microsoft.AspNetCore.Hosting.HttpRequestIn"), "the request's span ends");
        ends.Seen.ShouldBe(1);
    }

    [Fact]
    public async Task A_warm_image_is_the_request_alone()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        await Probe.UntilAsync(async () => Layer((await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response) == "memory", "it is in memory");
        using var trace = new RecordedTrace("Microsoft.AspNetCore", "ImageService");
        (await Stack.GetAsync(asset.Public("w_50.jpg"), ("traceparent", trace.TraceParent))).Dispose();

        await Probe.UntilAsync(() => trace.Spans.Count > 0, "the request's span ends");
        trace.Spans.Single().OperationName.ShouldBe("Microsoft.AspNetCore.Hosting.HttpRequestIn");
    }

    /// <summary>Sees ends of requests as telemetry does, which looks for the current span.</summary>
    private sealed class Ends(ActivityTraceId trace) : IObserver<KeyValuePair<string, object?>>
    {
        private int _seen;

        public int Seen => Volatile.Read(ref _seen);

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Key == "Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop" && Activity.Current?.TraceId == trace)
                Interlocked.Increment(ref _seen);
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
