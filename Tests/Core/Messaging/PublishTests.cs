using System.Diagnostics;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Messaging;

/// <summary>A fact is published if and only if the transaction that makes it true commits.</summary>
[Trait("Level", "Integration")]
public sealed class PublishTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_queue_in_the_same_database_a_commit_publishes_and_nothing_goes_through_the_outbox()
    {
        var place = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.Publish(new AssetDeleted(place.OrganizationId, Guid.CreateVersion7()), DateTimeOffset.UtcNow);
        await db.SaveChangesAsync(Ct);

        (await db.Facts().SingleAsync(Ct)).Type.ShouldBe("asset_deleted");
        (await db.OutboxMessages.AnyAsync(Ct)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_fact_of_a_transaction_that_rolls_back_is_never_in_the_queue()
    {
        var place = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        await using (var transaction = await db.Database.BeginTransactionAsync(Ct))
        {
            db.Publish(new AssetDeleted(place.OrganizationId, Guid.CreateVersion7()), DateTimeOffset.UtcNow);
            await db.SaveChangesAsync(Ct);
            (await db.Facts().CountAsync(Ct)).ShouldBe(1);
            await transaction.RollbackAsync(Ct);
        }

        (await db.Facts().CountAsync(Ct)).ShouldBe(0);
    }

    [Fact]
    public async Task A_commit_is_heard_on_the_queues_channel()
    {
        var place = await registry.NewOrganizationAsync();
        using var signal = new NoticeSignal(registry.Notices, PostgresQueue.Channel);
        await signal.WaitAsync(TimeSpan.FromMinutes(1), Ct); // listening begins
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        db.Publish(new AssetDeleted(place.OrganizationId, Guid.CreateVersion7()), DateTimeOffset.UtcNow);
        await db.SaveChangesAsync(Ct);

        var started = Stopwatch.GetTimestamp();
        await signal.WaitAsync(TimeSpan.FromMinutes(1), Ct);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task With_a_broker_facts_wait_in_the_outbox()
    {
        var place = await registry.NewOrganizationAsync();
        var brokers = new RegistryFactory(
            registry.Services.GetRequiredService<DbContextOptions<RegistryDb>>(), Options.Create(new MessageDestination { IsOutbox = true }));
        await using var db = brokers.ForOrganization(place.OrganizationId);
        db.Publish(new AssetDeleted(place.OrganizationId, Guid.CreateVersion7()), DateTimeOffset.UtcNow);
        await db.SaveChangesAsync(Ct);

        (await db.OutboxMessages.SingleAsync(Ct)).Type.ShouldBe("asset_deleted");
        (await db.Facts().AnyAsync(Ct)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("postgres", false)]
    [InlineData("rabbitmq", true)]
    public void The_provider_decides(string provider, bool outbox) => new MessagingOptions { Provider = provider }.UsesBroker.ShouldBe(outbox);

    [Fact]
    public async Task A_fact_carries_the_trace_of_who_wrote_it()
    {
        var place = await registry.NewOrganizationAsync();
        await using var db = registry.Registry.ForOrganization(place.OrganizationId);
        using var activity = new Activity("upload").SetIdFormat(ActivityIdFormat.W3C).Start();
        db.Publish(new AssetDeleted(place.OrganizationId, Guid.CreateVersion7()), DateTimeOffset.UtcNow);
        activity.Stop();
        await db.SaveChangesAsync(Ct);

        (await db.Facts().SingleAsync(Ct)).TraceParent.ShouldBe(activity.Id);
    }
}
