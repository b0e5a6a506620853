using System.Text;
using ImageService.Core.Messaging;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Messaging;

public sealed class RabbitQueueTests(RabbitServer server, ConformanceMatrix matrix) : MessageQueueContract(matrix), IAsyncLifetime
{
    private readonly string _name = $"test-{Guid.CreateVersion7():N}"[..30];
    private readonly List<RabbitQueue> _queues = [];
    private RabbitNode? _private;
    private Uri _uri = null!;

    protected override string Provider => "rabbitmq";

    protected override string Server => server.Version;

    protected override bool Deduplicates => false;

    public async ValueTask InitializeAsync() => _uri = await NeedAsync(server.GetUriAsync(Ct));

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues) await queue.DisposeAsync();
        if (_private is not null) await _private.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_is_rejected_to_the_dead_and_stays_there()
    {
        var options = Options();
        var (queue, _) = await CreateAsync(options);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await queue.MeasureAsync(Ct);
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        await channel.BasicPublishAsync("", _name, Encoding.UTF8.GetBytes("hello"), Ct);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, Dead: 1 });
        consumer.Seen.ShouldBeEmpty();
        (await queue.ReviveAsync(Ct)).ShouldBe(0);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, Dead: 1 });
    }

    [Fact]
    public async Task Queues_made_by_somebody_else_are_used_as_they_are_and_their_absence_is_an_error()
    {
        var (queue, _) = await CreateAsync(Options(options => options.CreateQueues = false));
        await Should.ThrowAsync<Exception>(() => queue.PublishAsync(Messages(1), Ct));
        var (maker, _) = await CreateAsync(Options());
        await maker.MeasureAsync(Ct);
        await queue.PublishAsync(Messages(1), Ct);
        (await queue.MeasureAsync(Ct)).Ready.ShouldBe(1);
    }

    [Fact]
    public async Task A_start_while_the_broker_is_away_waits_for_it()
    {
        await UsePrivateBrokerAsync();
        await _private!.StopAsync();
        var (queue, _) = await CreateAsync(Options());
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Should.ThrowAsync<IOException>(() => queue.PublishAsync(Messages(1), Ct));
        await _private.StartAsync(Ct);
        await queue.PublishAsync(Messages(1), Ct);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
    }

    protected override Task<(IMessageQueue First, IMessageQueue Second)> CreateAsync(MessagingOptions options)
    {
        options.QueueName = _name;
        return Task.FromResult<(IMessageQueue, IMessageQueue)>((Queue(options), Queue(options)));
    }

    protected override async Task TakeAndDieAsync(MessagingOptions options)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        await Eventually(async () => await channel.BasicGetAsync(_name, autoAck: false, Ct) is not null);
        await connection.AbortAsync(Ct);
    }

    protected override async Task<IReadOnlyList<string>> DeadReasonsAsync(MessagingOptions options)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        List<string> reasons = [];
        while (await channel.BasicGetAsync($"{_name}.dead", autoAck: false,
            Ct) is { } dead) reasons.Add(Encoding.UTF8.GetString((byte[])dead.BasicProperties.Headers![RabbitMessage.Reason]!));
        return reasons;
    }

    protected override async Task UsePrivateBrokerAsync()
    {
        _private = await server.StartPrivateAsync(Ct);
        _uri = _private.Uri;
    }

    protected override async Task RestartBrokerAsync()
    {
        await _private!.StopAsync();
        await _private.StartAsync(Ct);
    }

    private Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = _uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(Ct);

    private RabbitQueue Queue(MessagingOptions options)
    {
        var factory = new ConnectionFactory { Uri = _uri, AutomaticRecoveryEnabled = false };
        var queue = new RabbitQueue(factory, Microsoft.Extensions.Options.Options.Create(options), TimeProvider.System, NullLogger<RabbitQueue>.Instance);
        _queues.Add(queue);
        return queue;
    }
}
