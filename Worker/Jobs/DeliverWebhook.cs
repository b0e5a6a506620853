using Hangfire;
using ImageService.Core.Registry;
using ImageService.Core.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Makes the attempt of a delivery that is due, and schedules the next where it failed. The delays are the webhook's own, so Hangfire repeats nothing.
/// </summary>
[AutomaticRetry(Attempts = 0)]
internal sealed class DeliverWebhook(WebhookSender sender, WebhookQueue webhooks, ILogger<DeliverWebhook> log)
{
    [Queue(JobQueues.Webhooks)]
    public async Task RunAsync(Guid organizationId, Guid deliveryId, CancellationToken ct)
    {
        if (await sender.AttemptAsync(organizationId, deliveryId, ct) is not { } attempt)
            return;
        Log.WebhookAttempted(log, deliveryId, attempt.Status, attempt.Number);
        if (attempt.NextAt is { } next)
            webhooks.Schedule(organizationId, deliveryId, next);
    }
}

/// <summary>Puts deliveries in line.</summary>
internal sealed class WebhookQueue(IBackgroundJobClient jobs)
{
    public void Enqueue(Guid organizationId, IEnumerable<Guid> deliveries)
    {
        foreach (var id in deliveries) jobs.Enqueue<DeliverWebhook>(job => job.RunAsync(organizationId, id, CancellationToken.None));
    }

    /// <summary>
    /// Not before <paramref name="at"/>: Hangfire forgets the fraction of a second, and an attempt that comes too early finds nothing due and is the last
    /// for minutes.
    /// </summary>
    public void Schedule(Guid organizationId, Guid delivery, DateTimeOffset at) =>
        jobs.Schedule<DeliverWebhook>(job => job.RunAsync(organizationId, delivery, CancellationToken.None), NotBefore(at));

    internal static DateTimeOffset NotBefore(DateTimeOffset at) =>
        at.Ticks % TimeSpan.TicksPerSecond == 0 ? at : at.AddTicks(TimeSpan.TicksPerSecond - (at.Ticks % TimeSpan.TicksPerSecond));
}

/// <summary>Puts deliveries back in line whose job was lost (a worker killed between recording and enqueuing).</summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class RescueWebhooks(RegistryFactory registry, WebhookQueue webhooks, TimeProvider time, ILogger<RescueWebhooks> log)
{
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(2);

    public async Task RunAsync(CancellationToken ct)
    {
        var before = time.GetUtcNow() - Overdue;
        await using var db = registry.ForSystem();
        var lost = await db.WebhookDeliveries.AsNoTracking()
            .Where(row => row.DeliveredAt == null && row.AbandonedAt == null && row.NextAttemptAt < before)
            .OrderBy(row => row.NextAttemptAt).Take(1000).Select(row => new { row.OrganizationId, row.Id }).ToListAsync(ct);
        foreach (var row in lost) webhooks.Enqueue(row.OrganizationId, [row.Id]);
        if (lost.Count > 0)
            Log.Swept(log, nameof(RescueWebhooks), lost.Count, "overdue webhook deliveries put back in line");
    }
}
