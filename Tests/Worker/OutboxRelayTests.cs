using System.Collections.Concurrent;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using ImageService.Worker;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

[Trait("Level", "Integration")]
public sealed class OutboxRelayTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Committed_facts_are_published_once_and_in_order()
    {
        await DrainAsync();
        var place = await registry.NewOrganizationAsync();
        var ids = await WriteAsync(place, 5);
        var queue = new RecordingQueue();
        using var relay = Relay(queue);
        await UntilEmptyAsync(relay);
        queue.Published.Where(message => message.OrganizationId == place.OrganizationId).Select(message => message.Id).ShouldBe(ids.Order());
        (await relay.RelayAsync(Ct)).ShouldBe(0);
    }

    [Fact]
    public async Task Facts_of_a_transaction_that_rolls_back_are_never_published()
    {
        var place = await registry.NewOrganizationAsync();
        await using (var db = Registry.ForOrganization(place.OrganizationId))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(Ct);
            db.Publish(new AssetDeleted(place.OrganizationId, Guid.CreateVersion7()), DateTimeOffset.UtcNow);
            await db.SaveChangesAsync(Ct);
            await transaction.RollbackAsync(Ct);
        }

        var queue = new RecordingQueue();
        using var relay = Relay(queue);
        await UntilEmptyAsync(relay);
        queue.Published.ShouldNotContain(message => message.OrganizationId == place.OrganizationId);
    }

    [Fact]
    public async Task A_relay_killed_between_publishing_and_marking_leaves_its_rows_to_the_next_which_publishes_them_again()
    {
        var place = await registry.NewOrganizationAsync();
        var ids = await WriteAsync(place, 3);
        var dying = new RecordingQueue { DiesAfterPublishing = true };
        using (var relay = Relay(dying)) await Should.ThrowAsync<InvalidOperationException>(() => relay.RelayAsync(Ct));
        dying.Published.Select(message => message.Id).ShouldContain(ids[0]);

        var queue = new RecordingQueue();
        using var next = Relay(queue);
        await UntilEmptyAsync(next);
        queue.Published.Where(message => message.OrganizationId == place.OrganizationId).Select(message => message.Id).ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task Many_relays_at_once_publish_every_fact_exactly_once()
    {
        var place = await registry.NewOrganizationAsync();
        var ids = await WriteAsync(place, 50);
        var queue = new RecordingQueue();
        var relays = Enumerable.Range(0, 6).Select(_ => Relay(queue, batch: 5)).ToList();
        await Task.WhenAll(relays.Select(async relay =>
        {
            while (await UnpublishedAsync(place) > 0) await relay.RelayAsync(Ct);
        }));
        relays.ForEach(relay => relay.Dispose());
        queue.Published.Where(message => message.OrganizationId == place.OrganizationId).Select(message => message.Id).ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task A_fact_that_the_broker_refuses_does_not_hold_up_the_others_and_is_tried_again()
    {
        await DrainAsync();
        var place = await registry.NewOrganizationAsync();
        var ids = await WriteAsync(place, 5);
        var queue = new RecordingQueue { Refused = ids[1] };
        using var relay = Relay(queue);
        (await relay.RelayAsync(Ct)).ShouldBe(4);
        queue.Published.Select(message => message.Id).ShouldBe(ids.Where(id => id != ids[1]), ignoreOrder: true);
        var later = await WriteAsync(place, 2);
        (await relay.RelayAsync(Ct)).ShouldBe(2);
        queue.Published.Select(message => message.Id).TakeLast(2).ShouldBe(later, ignoreOrder: true);
        queue.Refused = null;
        (await relay.RelayAsync(Ct)).ShouldBe(1);
        queue.Published.Last().Id.ShouldBe(ids[1]);
        (await UnpublishedAsync(place)).ShouldBe(0);
    }

    [Fact]
    public async Task What_a_broker_left_behind_is_published_though_the_queue_is_a_table_now()
    {
        var place = await registry.NewOrganizationAsync();
        var ids = await WriteAsync(place, 3);
        var queue = new RecordingQueue();
        using var relay = Relay(queue, provider: "postgres");
        await relay.StartAsync(Ct);
        await Probe.UntilAsync(() => queue.Published.Count(message => message.OrganizationId == place.OrganizationId) == 3, "the left-overs are published");
        await relay.StopAsync(Ct);
        queue.Published.Select(message => message.Id).Where(ids.Contains).ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task A_commit_wakes_the_relay_at_once()
    {
        var place = await registry.NewOrganizationAsync();
        var queue = new RecordingQueue();
        using var relay = Relay(queue, poll: TimeSpan.FromMinutes(1));
        await relay.StartAsync(Ct);

        // The second fact can only come through the notification: the first one shows that the loop is past its first look.
        await WriteAsync(place, 1);
        await Probe.UntilAsync(() => queue.Published.Count(message => message.OrganizationId == place.OrganizationId) == 1, "the first fact is published");
        await WriteAsync(place, 1);
        await Probe.UntilAsync(() => queue.Published.Count(message => message.OrganizationId == place.OrganizationId) == 2, "the second fact is published");
        await relay.StopAsync(Ct);
    }

    /// <summary>Units of work as they are where the queue is a broker.</summary>
    private RegistryFactory Registry { get; } = new(
        registry.Services.GetRequiredService<DbContextOptions<RegistryDb>>(), Options.Create(new MessageDestination { IsOutbox = true }));

    private OutboxRelay Relay(IMessageQueue queue, int batch = 200, TimeSpan? poll = null, string provider = "rabbitmq") => new(
        Registry,
        queue,
        registry.Notices,
        Options.Create(new MessagingOptions { Provider = provider, RelayBatch = batch, PollInterval = poll ?? TimeSpan.FromSeconds(2) }),
        TimeProvider.System,
        NullLogger<OutboxRelay>.Instance);

    private async Task<List<Guid>> WriteAsync(TestOrganization place, int count)
    {
        await using var db = Registry.ForOrganization(place.OrganizationId);
        for (var i = 0; i < count; i++) db.Publish(new AssetUploaded(place.OrganizationId, Guid.CreateVersion7(), 1), DateTimeOffset.UtcNow);
        var ids = db.ChangeTracker.Entries<OutboxMessage>().Select(entry => entry.Entity.Id).ToList();
        await db.SaveChangesAsync(Ct);
        return ids;
    }

    private async Task<int> UnpublishedAsync(TestOrganization place)
    {
        await using var db = Registry.ForOrganization(place.OrganizationId);
        return await db.OutboxMessages.CountAsync(row => row.PublishedAt == null, Ct);
    }

    private async Task DrainAsync()
    {
        using var relay = Relay(new RecordingQueue());
        await UntilEmptyAsync(relay);
    }

    /// <summary>Another test's relay may hold the turn for a moment.</summary>
    private async Task UntilEmptyAsync(OutboxRelay relay)
    {
        await using var db = Registry.ForSystem();
        while (await db.OutboxMessages.AnyAsync(row => row.PublishedAt == null, Ct)) await relay.RelayAsync(Ct);
    }

    private sealed class RecordingQueue : IMessageQueue
    {
        public ConcurrentQueue<MessageEnvelope> Published { get; } = new();

        public bool DiesAfterPublishing { get; init; }

        /// <summary>A message that fails every batch it is in.</summary>
        public Guid? Refused { get; set; }

        public string Provider => "recording";

        public Task PublishAsync(IReadOnlyList<MessageEnvelope> messages, CancellationToken ct)
        {
            if (messages.Any(message => message.Id == Refused)) throw new InvalidOperationException("too long");
            foreach (var message in messages) Published.Enqueue(message);
            return DiesAfterPublishing ? throw new InvalidOperationException("killed") : Task.CompletedTask;
        }

        public Task ConsumeAsync(Func<MessageDelivery, CancellationToken, Task> handle, CancellationToken ct) => Task.Delay(Timeout.Infinite, ct);

        public Task<QueueDepth> MeasureAsync(CancellationToken ct) => Task.FromResult(new QueueDepth(0, 0, 0, TimeSpan.Zero));

        public Task<int> ReviveAsync(CancellationToken ct) => Task.FromResult(0);
    }
}
