using System.Net.Http.Headers;
using System.Text;
using ImageService.Core.Outbound;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Webhooks;

/// <summary>
/// Makes one attempt at a delivery: POST to the endpoint through the guarded client, signed, nothing followed, the answer's body unread.
/// Any 2xx is success. The attempt is claimed first, so that two workers never make the same one.
/// </summary>
public sealed class WebhookSender(RegistryFactory registry, SecretProtector protector, GuardedHttpClient client, IOptions<WebhookOptions> options,
    TimeProvider time)
{
    private readonly WebhookOptions _options = options.Value;

    /// <summary>Makes the attempt that is due.</summary>
    /// <returns>What came of it; null where nothing is due (delivered, given up, or claimed by another worker).</returns>
    public async Task<WebhookAttempt?> AttemptAsync(Guid organizationId, Guid deliveryId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        if (await ClaimAsync(db, deliveryId, ct) is not { } delivery)
            return null;
        var webhook = await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(hook => hook.Id == delivery.WebhookId, ct);
        var (status, error) = webhook is { Enabled: true } ? await SendAsync(webhook, delivery, ct) : (null, "The webhook is switched off.");
        return await RecordAsync(db, delivery, webhook is { Enabled: true }, status, error, ct);
    }

    private async Task<WebhookDelivery?> ClaimAsync(RegistryDb db, Guid deliveryId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var until = now + (2 * _options.Timeout);
        var claimed = await db.WebhookDeliveries
            .Where(row => row.Id == deliveryId && row.DeliveredAt == null && row.AbandonedAt == null && row.NextAttemptAt <= now)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Attempts, row => row.Attempts + 1).SetProperty(row => row.NextAttemptAt, until), ct);
        return claimed == 0 ? null : await db.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(row => row.Id == deliveryId, ct);
    }

    private async Task<(int? Status, string? Error)> SendAsync(Webhook webhook, WebhookDelivery delivery, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url);
        var now = time.GetUtcNow();
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("ImageService-Webhooks/1.0");
        request.Headers.TryAddWithoutValidation(WebhookSignature.Header,
            WebhookSignature.Sign(protector.Unprotect(webhook.ProtectedSecret), delivery.Body, now));
        request.Headers.TryAddWithoutValidation("X-ImageService-Event", delivery.Event);
        request.Headers.TryAddWithoutValidation("X-ImageService-Delivery", delivery.Id.ToString());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_options.Timeout);
        try
        {
            var answer = await client.SendAsync(request, limit.Token);
            if (!answer.TryGet(out var response, out var error))
                return (null, error.Detail);
            using (response) return ((int)response.StatusCode, response.IsSuccessStatusCode ? null : $"The endpoint answered {(int)response.StatusCode}.");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return (null, $"The endpoint did not answer within {_options.Timeout.TotalSeconds} s.");
        }
    }

    private async Task<WebhookAttempt> RecordAsync(RegistryDb db, WebhookDelivery delivery, bool mayRetry, int? status, string? error, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        DateTimeOffset? next = error is null || !mayRetry ? null : _options.NextAttempt(delivery.Attempts, delivery.CreatedAt, now);
        DateTimeOffset? delivered = error is null ? now : null, abandoned = error is not null && next is null ? now : null;
        await db.WebhookDeliveries.Where(row => row.Id == delivery.Id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.LastStatusCode, status).SetProperty(row => row.LastError, error)
                .SetProperty(row => row.NextAttemptAt, next).SetProperty(row => row.DeliveredAt, delivered).SetProperty(row => row.AbandonedAt, abandoned),
            ct);
        if (abandoned is not null && mayRetry)
            await DisableIfDeadAsync(db, delivery.WebhookId, now, ct);
        return new WebhookAttempt(delivery.Attempts, status, error, next);
    }

    /// <summary>Switches a webhook off that took nothing for days, since it was last changed: a tracked change, so the audit log tells.</summary>
    private async Task DisableIfDeadAsync(RegistryDb db, Guid webhookId, DateTimeOffset now, CancellationToken ct)
    {
        var since = now - _options.DisableAfter;
        if (await db.WebhookDeliveries.AnyAsync(row => row.WebhookId == webhookId && row.DeliveredAt > since, ct))
            return;
        if (await db.Webhooks.SingleOrDefaultAsync(row => row.Id == webhookId && row.Enabled && row.UpdatedAt < since, ct) is not { } dead)
            return;
        (dead.Enabled, dead.UpdatedAt) = (false, now);
        await db.SaveChangesAsync(ct);
    }
}

/// <summary>What came of one attempt.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Status">Status the endpoint answered; null where it did not.</param>
/// <param name="Error">Why it failed; null on success.</param>
/// <param name="NextAt">When the next attempt is due; null where none follows.</param>
public sealed record WebhookAttempt(int Number, int? Status, string? Error, DateTimeOffset? NextAt);
