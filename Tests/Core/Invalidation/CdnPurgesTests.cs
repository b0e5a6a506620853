using ImageService.Core.Invalidation;
using ImageService.Core.Invalidation.Cdn;
using ImageService.Core.Messaging;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using Shouldly;
using System.Diagnostics.Metrics;
using Xunit;

namespace ImageService.Tests.Core.Invalidation;

[Trait("Level", "Integration")]
public sealed class CdnPurgesTests
{
    private static readonly EdgesStale Message = new(Guid.Empty, ["asset:x"], ["/v1/pub/a/"], ["/v1/pub/a/b/c/img/x/v1/w_1.jpg"]);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_cdn_that_fails_does_not_keep_another_from_being_purged_and_the_message_comes_again()
    {
        var (broken, sound) = (Substitute.For<ICdnPurger>(), Substitute.For<ICdnPurger>());
        broken.PurgeAsync(Arg.Any<CdnPurge>(), Arg.Any<CancellationToken>()).ThrowsAsync(new CdnPurgeException("no"));
        using var purges = Purges(new InvalidationOptions(), new PurgedCdn(broken, null), new PurgedCdn(sound, null));

        await Should.ThrowAsync<AggregateException>(purges.PurgeAsync(Message, Ct));

        await sound.Received(1).PurgeAsync(Arg.Is<CdnPurge>(purge => purge.Tags.Count == 1 && purge.Tags[0] == "asset:x"), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task An_edge_is_asked_until_it_answers_like_the_origin()
    {
        await using var edge = await ServerAsync(number => number < 2 ? "\"old\"" : "\"new\"");
        await using var origin = await ServerAsync(_ => "\"new\"");
        using var purges = Purges(
            new InvalidationOptions { OriginBaseUrl = origin.Url, VerifyTimeout = TimeSpan.FromSeconds(20) },
            new PurgedCdn(Substitute.For<ICdnPurger>(), new Uri(edge.Url)));

        await purges.PurgeAsync(Message, Ct);

        edge.Calls.Count.ShouldBe(3);
        edge.Calls.ShouldAllBe(call => call.Method == "HEAD" && call.Path == Message.Paths[0]);
    }

    [Fact]
    public async Task An_edge_that_keeps_the_old_image_is_a_failure()
    {
        await using var edge = await ServerAsync(_ => "\"old\"");
        await using var origin = await ServerAsync(_ => "\"new\"");
        using var purges = Purges(
            new InvalidationOptions { OriginBaseUrl = origin.Url, VerifyTimeout = TimeSpan.FromMilliseconds(50) },
            new PurgedCdn(Substitute.For<ICdnPurger>(), new Uri(edge.Url)));

        await Should.ThrowAsync<AggregateException>(purges.PurgeAsync(Message, Ct));
    }

    private static async Task<RecordedCdn> ServerAsync(Func<int, string> etag)
    {
        var server = await RecordedCdn.StartAsync();
        server.ETag = etag;
        return server;
    }

    private static CdnPurges Purges(InvalidationOptions options, params PurgedCdn[] cdns)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        return new CdnPurges(
            cdns,
            new EdgeVerification(new HttpClient(), Options.Create(options), TimeProvider.System, NullLogger<EdgeVerification>.Instance),
            new ImageServiceMetrics(services.GetRequiredService<IMeterFactory>()),
            NullLogger<CdnPurges>.Instance);
    }
}
