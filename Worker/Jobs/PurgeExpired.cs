using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Removes rows that have done their work: published outbox rows, settled webhook deliveries, old purges, old idempotency keys, sessions and tokens.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class PurgeExpired(
    RegistryFactory registry, IOptions<MessagingOptions> messaging, IOptions<WebhookOptions> webhooks, TimeProvider time, ILogger<PurgeExpired> log)
{
    /// <summary>Sessions and tokens stay this long past their end, for whoever looks into an incident.</summary>
    private static readonly TimeSpan Trail = TimeSpan.FromDays(30);

    /// <summary>How long an idempotency key replays its answer.</summary>
    private static readonly TimeSpan ReplayTime = TimeSpan.FromDays(1);

    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var (published, settled, ended, replayed) = (now - messaging.Value.OutboxRetention, now - webhooks.Value.LogRetention, now - Trail, now - ReplayTime);
        await using var db = registry.ForSystem();
        var removed = await db.OutboxMessages.Where(row => row.PublishedAt < published).ExecuteDeleteAsync(ct)
            + await db.WebhookDeliveries.Where(row => row.DeliveredAt < settled || row.AbandonedAt < settled).ExecuteDeleteAsync(ct)
            + await db.IdempotencyKeys.Where(row => row.CreatedAt < replayed).ExecuteDeleteAsync(ct)
            + await db.EdgePurges.Where(row => row.CreatedAt < ended).ExecuteDeleteAsync(ct)
            + await db.UserSessions.Where(row => row.ExpiresAt < ended).ExecuteDeleteAsync(ct)
            + await db.UserTokens.Where(row => row.ExpiresAt < ended).ExecuteDeleteAsync(ct);
        Log.Swept(log, nameof(PurgeExpired), removed, "expired rows removed");
    }
}
