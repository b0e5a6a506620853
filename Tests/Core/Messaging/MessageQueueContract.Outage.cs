using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Messaging;

/// <content>What becomes of messages when a process, or the broker, dies.</content>
public abstract partial class MessageQueueContract
{
    [Fact]
    public async Task A_message_whose_process_died_before_it_answered_comes_again()
    {
        var options = Options(change => change.VisibilityTimeout = TimeSpan.FromSeconds(1));
        var (queue, _) = await CreateAsync(options);
        await queue.PublishAsync(Messages(1), Ct);
        await TakeAndDieAsync(options);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        consumer.Seen.Single().Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_message_that_kills_its_processes_is_set_aside()
    {
        var options = Options(change => (change.MaxDeliveries, change.VisibilityTimeout) = (2, TimeSpan.FromSeconds(1)));
        var (queue, _) = await CreateAsync(options);
        await queue.PublishAsync(Messages(1), Ct);
        for (var death = 0; death < 2; death++) await TakeAndDieAsync(options);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 1 });
        consumer.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dead_message_lies_beside_its_reason()
    {
        var options = Options(change => change.MaxDeliveries = 2);
        var (queue, _) = await CreateAsync(options);
        await queue.PublishAsync(Messages(1), Ct);
        await using var consumer = new Consumer(queue, delivery => throw new InvalidOperationException($"poison at attempt {delivery.Attempt}"));
        await Eventually(async () => (await queue.MeasureAsync(Ct)).Dead == 1);
        (await DeadReasonsAsync(options)).ShouldBe(["InvalidOperationException: poison at attempt 2"]);
    }

    [Fact]
    public async Task A_broker_restarted_in_the_middle_loses_nothing()
    {
        await UsePrivateBrokerAsync();
        var (queue, other) = await CreateAsync(Options(options => options.VisibilityTimeout = TimeSpan.FromSeconds(2)));
        var messages = Messages(300);
        await queue.PublishAsync([.. messages.Take(200)], Ct);
        await using var consumer = new Consumer(queue, (_, ct) => Task.Delay(10, ct));
        await using var second = new Consumer(other, (_, ct) => Task.Delay(10, ct));
        await Eventually(() => Task.FromResult(consumer.Seen.Count + second.Seen.Count > 20));
        await RestartBrokerAsync();
        await Eventually(() => TryPublishAsync(queue, [.. messages.Skip(200)]), TimeSpan.FromMinutes(2));
        HashSet<Guid> expected = [.. messages.Select(message => message.Id)];
        await Eventually(() => Task.FromResult(expected.SetEquals(consumer.Seen.Concat(second.Seen).Select(delivery => delivery.Message.Id))),
            TimeSpan.FromMinutes(2));
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 0 }, TimeSpan.FromMinutes(2));
        Remark = $"{consumer.Seen.Count + second.Seen.Count - messages.Count} of {messages.Count} handled twice";
    }
}
