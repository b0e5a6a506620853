using Shouldly;
using Xunit;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ImageService.Tests.Core.Messaging;

public sealed class PostgresQueueTests(PostgresServer postgres) : MessageQueueContract, IAsyncLifetime
{
    private NpgsqlDataSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        var connectionString = await postgres.CreateDatabaseAsync("migrated", text => RegistryMigrator.MigrateAsync(text, Ct), Ct);
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        RegistryConnection.UseApplicationRole(builder);
        _source = builder.Build();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    [Fact]
    public async Task A_message_whose_worker_died_comes_again_after_the_visibility_timeout()
    {
        var (queue, _) = await CreateAsync(Options(options => options.VisibilityTimeout = TimeSpan.FromMilliseconds(200)));
        await queue.PublishAsync(Messages(1), Ct);
        var table = new PostgresQueueTable(_source);
        (await table.ClaimAsync(10, TimeSpan.FromMilliseconds(200), Ct)).Count.ShouldBe(1);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        consumer.Seen.Single().Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_message_that_kills_its_workers_ends_too()
    {
        var (queue, _) = await CreateAsync(Options(options => options.MaxDeliveries = 2));
        await queue.PublishAsync(Messages(1), Ct);
        var table = new PostgresQueueTable(_source);
        for (var death = 0; death < 2; death++) (await table.ClaimAsync(1, TimeSpan.Zero, Ct)).Count.ShouldBe(1);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(async () => (await queue.MeasureAsync(Ct)).Dead == 1);
        consumer.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_that_lost_its_claim_settles_nothing()
    {
        var (queue, _) = await CreateAsync(Options());
        await queue.PublishAsync(Messages(1), Ct);
        var table = new PostgresQueueTable(_source);
        var late = (await table.ClaimAsync(1, TimeSpan.Zero, Ct)).Single();
        (await table.ClaimAsync(1, TimeSpan.FromMinutes(1), Ct)).Count.ShouldBe(1);
        await table.DeleteAsync(late, Ct);
        (await queue.MeasureAsync(Ct)).InFlight.ShouldBe(1);
    }

    protected override Task<(IMessageQueue First, IMessageQueue Second)> CreateAsync(MessagingOptions options) =>
        Task.FromResult<(IMessageQueue, IMessageQueue)>((Queue(options), Queue(options)));

    private PostgresQueue Queue(MessagingOptions options) => new(_source, Options<MessagingOptions>(options), TimeProvider.System, NullLogger<PostgresQueue>.Instance);

    private static IOptions<T> Options<T>(T value)
        where T : class => Microsoft.Extensions.Options.Options.Create(value);
}
