using System.Collections.Frozen;
using System.Globalization;
using System.Linq.Expressions;
using Hangfire;
using Hangfire.States;
using ImageService.Core.Messaging;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>
/// What happens on each fact, on one page: who consumes it, and which jobs that puts in line. A consumer that fails gets its fact again (2 s, 4 s, 8 s … ,
/// at most
/// <c>Messaging:MaxDeliveries</c> times); a job is repeated as often as its <see cref="AutomaticRetryAttribute"/> says, and a webhook's delivery for a day
/// by itself.
/// <c>docs/worker.md</c> holds the same table, and a test holds the two together.
/// </summary>
internal static class Consequences
{
    public static IReadOnlyList<Consequence> All { get; } =
    [
        Of<AssetUploaded, AssetConsumer>(typeof(GenerateIntermediate), typeof(DeliverWebhook)),
        Of<AssetChanged, AssetConsumer>(typeof(GeneratePresetVariants)),
        Of<AssetDeleted, AssetConsumer>(typeof(DeliverWebhook)),
        Of<AssetVersionDeleted, AssetConsumer>(),
        Of<AssetPurged, RemovalConsumer>(),
        Of<PresetChanged, PresetChangedConsumer>(typeof(GenerateForPreset)),
        Of<VariantsInvalidated, RemovalConsumer>(),
        Of<VariantReady, WebhookConsumer>(typeof(DeliverWebhook)),
        Of<QuotaWarning, WebhookConsumer>(typeof(DeliverWebhook)),
        Of<EdgesStale, EdgesStaleConsumer>(),
        Of<JobRetryRequested, IBackgroundJobClient>(
            static (jobs, fact, _) =>
            {
                // One that is not in that state any more stays as it is.
                jobs.Requeue(fact.JobId.ToString(CultureInfo.InvariantCulture), FailedState.StateName);
                return Task.CompletedTask;
            }),
        Enqueues<LadderStepMade, PrewarmLadder>(
            static fact => job => job.RunAsync(fact.OrganizationId, fact.AssetId, fact.Version, fact.Operations, CancellationToken.None)),
        Enqueues<ImportRequested, RunImport>(static fact => job => job.RunAsync(fact.OrganizationId, fact.ImportJobId, CancellationToken.None)),
        Enqueues<StoreMoveRequested, MoveStores>(static _ => job => job.RunAsync(CancellationToken.None)),
        Of<WebhookRedeliveryRequested, WebhookQueue>(
            static (webhooks, fact, _) =>
            {
                webhooks.Enqueue(fact.OrganizationId, [fact.DeliveryId]);
                return Task.CompletedTask;
            },
            typeof(DeliverWebhook)),
    ];

    private static Consequence Of<TFact, TConsumer>(params Type[] jobs)
        where TFact : IMessage
        where TConsumer : class, IConsumer<TFact> => new(
            TFact.Type,
            typeof(TConsumer),
            jobs,
            static (services, message, ct) => services.GetRequiredService<TConsumer>().ConsumeAsync(Messages.Read<TFact>(message.Body), message.Id, ct));

    /// <summary>A fact that needs no more than one call.</summary>
    private static Consequence Of<TFact, TService>(Func<TService, TFact, CancellationToken, Task> consume, params Type[] jobs)
        where TFact : IMessage
        where TService : notnull => new(
            TFact.Type,
            typeof(TService),
            jobs,
            (services, message, ct) => consume(services.GetRequiredService<TService>(), Messages.Read<TFact>(message.Body), ct));

    /// <summary>A fact that is one job.</summary>
    private static Consequence Enqueues<TFact, TJob>(Func<TFact, Expression<Func<TJob, Task>>> run)
        where TFact : IMessage => Of<TFact, IBackgroundJobClient>(
            (jobs, fact, _) =>
            {
                jobs.Enqueue(run(fact));
                return Task.CompletedTask;
            },
            typeof(TJob));
}

/// <summary>One row of the table.</summary>
/// <param name="Fact">The type of the message.</param>
/// <param name="Consumer">Who is called.</param>
/// <param name="Jobs">What that puts in line.</param>
/// <param name="ConsumeAsync">How the message's text reaches the consumer. Throwing gives it back to the queue.</param>
internal sealed record Consequence(string Fact, Type Consumer, IReadOnlyList<Type> Jobs,
    Func<IServiceProvider, MessageEnvelope, CancellationToken, Task> ConsumeAsync);

/// <summary>The table, by fact.</summary>
internal sealed class MessageRoutes
{
    private readonly FrozenDictionary<string, Consequence> _routes = Consequences.All.ToFrozenDictionary(row => row.Fact, StringComparer.Ordinal);

    /// <summary>Every type that is consumed.</summary>
    public IEnumerable<string> Types => _routes.Keys;

    /// <summary>Hands a message to its consumer.</summary>
    /// <exception cref="InvalidOperationException">Nobody consumes this type: a newer writer; the message waits for a newer worker.</exception>
    public Task DispatchAsync(IServiceProvider services, MessageEnvelope message, CancellationToken ct) =>
        _routes.TryGetValue(message.Type, out var row)
            ? row.ConsumeAsync(services, message, ct)
            : throw new InvalidOperationException($"No consumer for messages of type '{message.Type}'.");
}
