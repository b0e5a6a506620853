using Shouldly;
using Xunit;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ImageService.Tests.Core.Messaging;

public sealed class PostgresQueueTests(PostgresServer postgres, ConformanceMatrix matrix) : MessageQueueContract(matrix), IAsyncLifetime
{
    private NpgsqlDataSource _source = null!;
    private Notices _notices = null!;
    private PrivateServer? _private;
    private string _version = "";

    protected override string Provider => "postgres";

    protected override string Server => $"PostgreSQL {_version}";

    protected override bool Deduplicates => true;

    public async ValueTask InitializeAsync()
    {
        await ConnectAsync(await postgres.CreateDatabaseAsync("migrated", text => RegistryMigrator.MigrateAsync(text, Ct), Ct));
        await using var command = _source.CreateCommand("SHOW server_version");
        _version = (string)(await command.ExecuteScalarAsync(Ct))!;
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        if (_private is not null) await _private.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task A_failed_message_comes_again_when_it_is_due_though_nobody_looks_in_between()
    {
        var (queue, _) = await CreateAsync(Options(options => options.PollInterval = TimeSpan.FromMinutes(1)));
        await queue.PublishAsync(Messages(1), Ct);
        await using var consumer = new Consumer(queue, delivery => delivery.Attempt < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 3), TimeSpan.FromSeconds(20));
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

    [Fact]
    public async Task An_idle_queue_asks_nothing_until_a_message_comes()
    {
        var queue = new PostgresQueue(_source, _notices, Microsoft.Extensions.Options.Options.Create(new MessagingOptions()), TimeProvider.System,
            NullLogger<PostgresQueue>.Instance);
        using var statements = new CountedStatements(_source);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(Asked() >= 2), TimeSpan.FromSeconds(20)); // is there one, and when will there be one

        var before = Asked();
        await Task.Delay(TimeSpan.FromSeconds(1), Ct); // what is measured
        Asked().ShouldBeLessThanOrEqualTo(before + 2); // a look that was under way

        await queue.PublishAsync(Messages(1), Ct);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1), TimeSpan.FromSeconds(20));

        int Asked() => statements.Matching("queue.messages").Count;
    }

    protected override Task<(IMessageQueue First, IMessageQueue Second)> CreateAsync(MessagingOptions options) =>
        Task.FromResult<(IMessageQueue, IMessageQueue)>((Queue(options), Queue(options)));

    protected override async Task TakeAndDieAsync(MessagingOptions options)
    {
        var table = new PostgresQueueTable(_source);
        await Eventually(async () => (await table.ClaimAsync(1, options.VisibilityTimeout, Ct)).Count == 1);
    }

    protected override async Task<IReadOnlyList<string>> DeadReasonsAsync(MessagingOptions options)
    {
        await using var command = _source.CreateCommand("SELECT coalesce(array_agg(reason), '{}') FROM queue.messages WHERE dead_at IS NOT NULL");
        return (string[])(await command.ExecuteScalarAsync(Ct))!;
    }

    protected override async Task UsePrivateBrokerAsync()
    {
        await DisconnectAsync();
        _private = await postgres.StartPrivateAsync(Ct);
        await RegistryMigrator.MigrateAsync(_private.ConnectionString, Ct);
        await ConnectAsync(_private.ConnectionString);
    }

    protected override async Task RestartBrokerAsync()
    {
        await _private!.StopAsync();
        await _private.StartAsync();
    }

    private async Task ConnectAsync(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        RegistryConnection.UseApplicationRole(builder);
        _source = builder.Build();
        _notices = new Notices(_source, TimeProvider.System, NullLogger<Notices>.Instance);
        await _notices.StartAsync(Ct);
    }

    private async Task DisconnectAsync()
    {
        await _notices.StopAsync(CancellationToken.None);
        _notices.Dispose();
        await _source.DisposeAsync();
    }

    private PostgresQueue Queue(MessagingOptions options) =>
        new(_source, _notices, Options<MessagingOptions>(options), TimeProvider.System, NullLogger<PostgresQueue>.Instance);

    private static IOptions<T> Options<T>(T value)
        where T : class => Microsoft.Extensions.Options.Options.Create(value);
}
