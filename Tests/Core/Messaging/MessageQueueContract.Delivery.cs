using ImageService.Core.Messaging;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Messaging;

/// <content>How messages reach their handlers.</content>
public abstract partial class MessageQueueContract
{
    [Fact]
    public async Task A_message_is_handled_once_and_then_gone()
    {
        var (queue, other) = await CreateAsync(Options());
        var messages = Messages(20);
        await queue.PublishAsync(messages, Ct);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await using var second = new Consumer(other, _ => Task.CompletedTask);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0 });
        consumer.Seen.Concat(second.Seen).Select(delivery => delivery.Message.Id).ShouldBe(messages.Select(message => message.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task Messages_reach_a_single_handler_in_order_with_their_text_whole()
    {
        var (queue, _) = await CreateAsync(Options(options => options.Concurrency = 1));
        var messages = Messages(30);
        await queue.PublishAsync(messages, Ct);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 30));
        consumer.Seen.Select(delivery => delivery.Message.Id).ShouldBe(messages.Select(message => message.Id));
        consumer.Seen.First().Message.ShouldBe(messages[0]);
        consumer.Seen.First().Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task Publishing_an_id_again_while_it_waits_is_harmless()
    {
        var (queue, _) = await CreateAsync(Options(options => options.Concurrency = 1));
        var messages = Messages(3);
        await queue.PublishAsync(messages, Ct);
        await queue.PublishAsync(messages, Ct);
        var expected = Deduplicates ? messages : [.. messages, .. messages];
        Remark = Deduplicates ? "kept once" : "comes twice under its id; consumers bear it";
        (await queue.MeasureAsync(Ct)).Ready.ShouldBe(expected.Count);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 0 });
        consumer.Seen.Select(delivery => delivery.Message).ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task A_large_text_arrives_whole()
    {
        var (queue, _) = await CreateAsync(Options());
        var message = Messages(1)[0] with { Body = $$"""{"text": "{{string.Concat(Enumerable.Repeat("Zürich 東京 ", 5_000))}}"}""" };
        await queue.PublishAsync([message], Ct);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        consumer.Seen.Single().Message.ShouldBe(message);
    }

    [Fact]
    public async Task Ten_thousand_messages_are_each_handled_once_by_two_processes()
    {
        var (queue, other) = await CreateAsync(Options(options => options.Concurrency = 32));
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await using var second = new Consumer(other, _ => Task.CompletedTask);
        var messages = Messages(10_000);
        foreach (var batch in messages.Chunk(500)) await queue.PublishAsync(batch, Ct);
        await Eventually(() => Task.FromResult(consumer.Seen.Count + second.Seen.Count >= messages.Count), TimeSpan.FromMinutes(5));
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, Dead: 0 });
        consumer.Seen.Concat(second.Seen).Select(delivery => delivery.Message.Id).ShouldBe(messages.Select(message => message.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task The_age_of_what_waits_is_told()
    {
        var (queue, _) = await CreateAsync(Options());
        (await queue.MeasureAsync(Ct)).ShouldBe(new QueueDepth(0, 0, 0, TimeSpan.Zero));
        await queue.PublishAsync(Messages(4), Ct);
        await Eventually(async () => await queue.MeasureAsync(Ct) is { Ready: 4, Oldest.TotalSeconds: > 1 and < 30 });
    }

    [Fact]
    public async Task A_failed_message_comes_again_and_counts_its_attempts()
    {
        var (queue, _) = await CreateAsync(Options());
        await queue.PublishAsync(Messages(1), Ct);
        await using var consumer = new Consumer(queue, delivery => delivery.Attempt < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask);
        await Eventually(async () => consumer.Seen.Count == 3 && (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 0 });
        consumer.Seen.Select(delivery => delivery.Attempt).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_poisonous_message_is_set_aside_and_the_others_flow_on()
    {
        var (queue, _) = await CreateAsync(Options(options => options.MaxDeliveries = 3));
        var messages = Messages(5);
        await queue.PublishAsync(messages, Ct);
        await using (var consumer = new Consumer(queue,
            delivery => delivery.Message.Id == messages[0].Id ? throw new InvalidOperationException("poison") : Task.CompletedTask))
        {
            await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 1 });
            consumer.Seen.Count(delivery => delivery.Message.Id == messages[0].Id).ShouldBe(3);
        }

        (await queue.ReviveAsync(Ct)).ShouldBe(1);
        await using var again = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(again.Seen.Count == 1));
        again.Seen.Single().ShouldBe(new MessageDelivery(messages[0], 1));
    }

    [Fact]
    public async Task A_long_handler_keeps_its_message_to_itself()
    {
        var (queue, other) = await CreateAsync(Options(options => options.VisibilityTimeout = TimeSpan.FromSeconds(1)));
        await queue.PublishAsync(Messages(1), Ct);
        var finish = new TaskCompletionSource();
        await using var consumer = new Consumer(queue, _ => finish.Task);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        await using var second = new Consumer(other, _ => Task.CompletedTask);
        await Task.Delay(TimeSpan.FromSeconds(2.5), Ct);
        finish.SetResult();
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0 });
        second.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stopped_consumer_gives_back_what_it_had_without_using_up_an_attempt()
    {
        var (queue, other) = await CreateAsync(Options());
        await queue.PublishAsync(Messages(1), Ct);
        var consumer = new Consumer(queue, (_, ct) => Task.Delay(Timeout.Infinite, ct));
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        await consumer.DisposeAsync();
        await using var second = new Consumer(other, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(second.Seen.Count == 1));
        second.Seen.Single().Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task An_idle_consumer_is_woken_at_once()
    {
        var (queue, other) = await CreateAsync(Options(options => options.PollInterval = TimeSpan.FromMinutes(1)));
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Task.Delay(TimeSpan.FromSeconds(1), Ct);
        await other.PublishAsync(Messages(1), Ct);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1), TimeSpan.FromSeconds(10));
    }
}
