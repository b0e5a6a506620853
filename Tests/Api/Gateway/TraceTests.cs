using ImageService.Tests.Support;
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
    public async Task A_warm_image_is_the_request_alone()
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        await Probe.UntilAsync(async () => Layer((await ImageAsync(Stack, asset.Public("w_50.jpg"))).Response) == "memory", "it is in memory");
        using var trace = new RecordedTrace("Microsoft.AspNetCore", "ImageService");
        (await Stack.GetAsync(asset.Public("w_50.jpg"), ("traceparent", trace.TraceParent))).Dispose();

        await Probe.UntilAsync(() => trace.Spans.Count > 0, "the request's span ends");
        trace.Spans.Single().OperationName.ShouldBe("Microsoft.AspNetCore.Hosting.HttpRequestIn");
    }
}
