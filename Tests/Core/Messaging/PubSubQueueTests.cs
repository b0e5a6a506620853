using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ImageService.Core.Messaging;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Messaging;

public sealed class PubSubQueueTests(ConformanceMatrix matrix) : MessageQueueContract(matrix), IAsyncLifetime
{
    private const string Name = "imageservice-test";
    private const string Root = "v1/projects/test-project";

    private readonly PubSubService _service = new();
    private readonly List<PubSubQueue> _queues = [];

    protected override string Provider => "pubsub";

    protected override string Server => "an in-process stand-in written from the public REST reference";

    protected override bool Deduplicates => false;

    public async ValueTask InitializeAsync() => await _service.StartAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues) queue.Dispose();
        await _service.DisposeAsync();
        Dispose();
    }

    [Fact]
    public async Task A_message_that_is_none_of_ours_is_set_aside_and_stays_there()
    {
        var (queue, _) = await CreateAsync(Options());
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await queue.MeasureAsync(Ct);
        await PostAsync($"topics/{Name}:publish", new { messages = new[] { new { data = "aGVsbG8=" } } });
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, Dead: 1 });
        (await queue.ReviveAsync(Ct)).ShouldBe(0);
        consumer.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Queues_made_by_somebody_else_are_used_as_they_are_and_their_absence_is_an_error()
    {
        var (queue, _) = await CreateAsync(Options(options => options.CreateQueues = false));
        (await Should.ThrowAsync<HttpRequestException>(() => queue.PublishAsync(Messages(1), Ct))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var (maker, _) = await CreateAsync(Options());
        await maker.MeasureAsync(Ct);
        await queue.PublishAsync(Messages(1), Ct);
        (await queue.MeasureAsync(Ct)).Ready.ShouldBe(1);
    }

    protected override Task<(IMessageQueue First, IMessageQueue Second)> CreateAsync(MessagingOptions options)
    {
        options.QueueName = Name;
        return Task.FromResult<(IMessageQueue, IMessageQueue)>((Queue(options), Queue(options)));
    }

    protected override async Task TakeAndDieAsync(MessagingOptions options) =>
        await Eventually(async () =>
            (await PostAsync($"subscriptions/{Name}:pull", new { maxMessages = 1 })).GetProperty("receivedMessages").GetArrayLength() == 1);

    protected override async Task<IReadOnlyList<string>> DeadReasonsAsync(MessagingOptions options)
    {
        var dead = await PostAsync($"subscriptions/{Name}-dead:pull", new { maxMessages = 10 });
        return [.. dead.GetProperty("receivedMessages")
            .EnumerateArray().Select(message => message.GetProperty("message").GetProperty("attributes").GetProperty(PubSubMessage.Reason).GetString()!)];
    }

    protected override Task RestartBrokerAsync() => _service.RestartAsync(Ct);

    private async Task<JsonElement> PostAsync(string call, object body)
    {
        using var http = new HttpClient { BaseAddress = _service.Uri };
        using var response = await http.PostAsJsonAsync($"{Root}/{call}", body, Ct);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    private PubSubQueue Queue(MessagingOptions options)
    {
        var address = _service.Uri.ToString().TrimEnd('/');
        var pubSub = new PubSubOptions { Project = "test-project", Endpoint = address, MonitoringEndpoint = address };
        var queue = new PubSubQueue(Microsoft.Extensions.Options.Options.Create(options), Microsoft.Extensions.Options.Options.Create(pubSub),
            TimeProvider.System, NullLogger<PubSubQueue>.Instance);
        _queues.Add(queue);
        return queue;
    }
}
