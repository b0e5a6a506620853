using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Messaging;
using ImageService.Core.Outbound;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using ImageService.Core.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Webhooks;

/// <summary>An organization's endpoints that are told of events.</summary>
internal static class WebhookEndpoints
{
    private const int MaxWebhooks = 50;

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/webhooks").WithTags("Webhooks");
        group.MapPost("", Create).RequireScope(Scopes.TenantWrite).Idempotent()
            .Describe("createWebhook", "Create a webhook", "The secret is shown once.").Answers<WebhookSecretResponse>(201).Fails(400, 403, 404, 409, 422);
        group.MapGet("", List).RequireScope(Scopes.TenantWrite).Describe("listWebhooks", "List webhooks").Answers<Page<WebhookResponse>>().Fails(400, 403, 404);
        group.MapGet("/{id:guid}", Get).RequireScope(Scopes.TenantWrite).Describe("getWebhook", "Show a webhook").Answers<WebhookResponse>().Fails(403, 404);
        group.MapPatch("/{id:guid}", Update).RequireScope(Scopes.TenantWrite)
            .Describe("updateWebhook", "Change a webhook").Answers<WebhookResponse>().Fails(400, 403, 404, 412, 422);
        group.MapPost("/{id:guid}/rotate", Rotate).RequireScope(Scopes.TenantWrite).Idempotent()
            .Describe("rotateWebhookSecret", "Give a webhook a new secret", "The one before stops at once.")
            .Answers<WebhookSecretResponse>().Fails(403, 404, 409, 412);
        group.MapDelete("/{id:guid}", Delete)
            .RequireScope(Scopes.TenantWrite).Describe("deleteWebhook", "Delete a webhook").AnswersNothing().Fails(403, 404, 412);
        group.MapGet("/{id:guid}/deliveries", ListDeliveries).RequireScope(Scopes.TenantWrite)
            .Describe("listWebhookDeliveries", "List a webhook's deliveries, newest first").Answers<Page<WebhookDeliveryResponse>>().Fails(400, 403, 404);
        group.MapPost("/{id:guid}/deliveries/{delivery:guid}/redeliver", Redeliver).RequireScope(Scopes.TenantWrite)
            .Describe("redeliverWebhook", "Deliver an event again", "The same body with the same id, signed anew, whatever came of the attempts before.")
            .Answers<WebhookDeliveryResponse>(202).Fails(403, 404, 409);
    }

    private static async Task<IResult> Create(
        CreateWebhookRequest request, Visit visit, RegistryFactory registry, SecretProtector protector, GuardedHttpClient guard, TimeProvider clock,
        HttpContext http, CancellationToken ct)
    {
        if ((JudgeUrl(request.Url, guard) ?? JudgeEvents(request.Events)) is { } refused)
            return refused.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (!(await CallerPlaces.FindIdsAsync(db, visit.Caller, request.Tenant, space: null, ct)).TryGet(out var place, out var error))
            return error.ToProblem();
        if (await db.Webhooks.CountAsync(row => row.OrganizationId == visit.At.OrganizationId, ct) >= MaxWebhooks)
            return new Error(ErrorCode.Conflict, $"An organization has at most {MaxWebhooks} webhooks. Delete one first.").ToProblem();
        var secret = NewSecret();
        var now = clock.GetUtcNow();
        var webhook = new Webhook
        {
            OrganizationId = visit.At.OrganizationId,
            TenantId = place.TenantId,
            Url = request.Url!,
            Events = [.. request.Events!.Distinct(StringComparer.Ordinal)],
            ProtectedSecret = protector.Protect(Encoding.UTF8.GetBytes(secret)),
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Webhooks.Add(webhook);
        if (await db.TrySaveAsync(ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(webhook.RowVersion);
        return Results.Created($"{http.Request.Path}/{webhook.Id}", WithSecret(webhook, request.Tenant, secret));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? cursor, int? limit, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await Shown(db, db.Webhooks
            .Where(row => row.OrganizationId == visit.At.OrganizationId && (after == null || row.Id > after))
            .OrderBy(row => row.Id).Take(size + 1)).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, ToResponse, static row => Cursor.Of(row.Webhook.Id)));
    }

    private static async Task<IResult> Get(Guid id, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, id, ct) is not { } webhook)
            return Problems.NotFound.ToProblem();
        http.SetETag(webhook.RowVersion);
        return Results.Ok(await ShowAsync(db, webhook, ct));
    }

    private static async Task<IResult> Update(
        Guid id, UpdateWebhookRequest request, Visit visit, RegistryFactory registry, GuardedHttpClient guard, TimeProvider clock, HttpContext http,
        CancellationToken ct)
    {
        var refused = (request.Url is null ? null : JudgeUrl(request.Url, guard)) ?? (request.Events is null ? null : JudgeEvents(request.Events));
        if (refused is not null)
            return refused.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, id, ct) is not { } webhook)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, webhook.RowVersion) is { } stale)
            return stale.ToProblem();
        webhook.Url = request.Url ?? webhook.Url;
        webhook.Events = request.Events?.Distinct(StringComparer.Ordinal).ToArray() ?? webhook.Events;
        webhook.Enabled = request.Enabled ?? webhook.Enabled;
        webhook.UpdatedAt = clock.GetUtcNow();
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(webhook.RowVersion);
        return Results.Ok(await ShowAsync(db, webhook, ct));
    }

    private static async Task<WebhookResponse> ShowAsync(RegistryDb db, Webhook webhook, CancellationToken ct) =>
        ToResponse(await Shown(db, db.Webhooks.Where(row => row.Id == webhook.Id)).SingleAsync(ct));

    private static IQueryable<ShownWebhook> Shown(RegistryDb db, IQueryable<Webhook> webhooks) => webhooks.AsNoTracking().Select(row => new ShownWebhook(
        row,
        db.Tenants.Where(tenant => tenant.Id == row.TenantId).Select(tenant => tenant.Slug).SingleOrDefault(),
        db.WebhookDeliveries.Where(delivery => delivery.WebhookId == row.Id && delivery.Attempts > 0)
            .OrderByDescending(delivery => delivery.Id).Select(delivery => delivery.LastError).FirstOrDefault()));

    private static WebhookResponse ToResponse(ShownWebhook shown) => WebhookResponse.Of(shown.Webhook, shown.Tenant, shown.LastError);

    private static async Task<IResult> Rotate(
        Guid id, Visit visit, RegistryFactory registry, SecretProtector protector, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, id, ct) is not { } webhook)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, webhook.RowVersion) is { } stale)
            return stale.ToProblem();
        var secret = NewSecret();
        webhook.ProtectedSecret = protector.Protect(Encoding.UTF8.GetBytes(secret));
        webhook.UpdatedAt = clock.GetUtcNow();
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(webhook.RowVersion);
        return Results.Ok(WithSecret(webhook, await CallerPlaces.TenantSlugAsync(db, webhook.TenantId, ct), secret));
    }

    private static async Task<IResult> Delete(Guid id, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, id, ct) is not { } webhook)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, webhook.RowVersion) is { } stale)
            return stale.ToProblem();
        db.Webhooks.Remove(webhook);
        return await db.TrySaveAsync(http, ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    private static async Task<IResult> ListDeliveries(Guid id, Visit visit, RegistryFactory registry, string? cursor, int? limit, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var before, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, id, ct) is null)
            return Problems.NotFound.ToProblem();

        // A delivery's id is made of its event and webhook and says nothing about time: the key of the page is time, then id.
        var edge = before is null
            ? null : await db.WebhookDeliveries.Where(row => row.Id == before).Select(row => (DateTimeOffset?)row.CreatedAt).SingleOrDefaultAsync(ct);
        var rows = await db.WebhookDeliveries.AsNoTracking()
            .Where(row => row.WebhookId == id && (edge == null || row.CreatedAt < edge || (row.CreatedAt == edge && row.Id < before)))
            .OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, WebhookDeliveryResponse.Of, static row => Cursor.Of(row.Id)));
    }

    private static async Task<IResult> Redeliver(
        Guid id, Guid delivery, Visit visit, RegistryFactory registry, AuditLog log, TimeProvider clock, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, id, ct) is not { } webhook
            || await db.WebhookDeliveries.SingleOrDefaultAsync(row => row.Id == delivery && row.WebhookId == id, ct) is not { } row)
            return Problems.NotFound.ToProblem();
        if (!webhook.Enabled)
            return new Error(ErrorCode.Conflict, "The webhook is switched off. Switch it on first.").ToProblem();
        var now = clock.GetUtcNow();
        (row.DeliveredAt, row.AbandonedAt, row.NextAttemptAt) = (null, null, now);
        log.Add(db, visit.At.OrganizationId, "webhook.redelivered", "webhook", id.ToString(), after: new { delivery, row.Event });
        db.Publish(new WebhookRedeliveryRequested(visit.At.OrganizationId, delivery), now);
        return await db.TrySaveAsync(ct) is { } failure ? failure.ToProblem() : Results.Accepted((string?)null, WebhookDeliveryResponse.Of(row));
    }

    private static Task<Webhook?> FindAsync(RegistryDb db, Place at, Guid id, CancellationToken ct) =>
        db.Webhooks.SingleOrDefaultAsync(row => row.Id == id && row.OrganizationId == at.OrganizationId, ct);

    private static WebhookSecretResponse WithSecret(Webhook webhook, string? tenant, string secret) =>
        new()
        {
            Id = webhook.Id,
            Url = webhook.Url,
            Events = webhook.Events,
            Tenant = tenant,
            Enabled = webhook.Enabled,
            CreatedAt = webhook.CreatedAt,
            Secret = secret,
        };

    private static string NewSecret() => "whsec_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static Error? JudgeUrl(string? text, GuardedHttpClient guard) =>
        text is { Length: <= 2000 } && Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? guard.Judge(url)
            : Problems.Invalid("url must be an absolute URL of at most 2000 characters.");

    private static Error? JudgeEvents(string[]? events) =>
        events is { Length: > 0 } && events.All(static name => WebhookEvents.All.Contains(name, StringComparer.Ordinal))
            ? null
            : Problems.Invalid($"events must name at least one of: {string.Join(", ", WebhookEvents.All)}.");

    private sealed record ShownWebhook(Webhook Webhook, string? Tenant, string? LastError);
}
