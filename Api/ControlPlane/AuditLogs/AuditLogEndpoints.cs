using System.Text.Json;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Registry;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Api.ControlPlane.AuditLogs;

/// <summary>Reading, verifying and exporting an organization's audit log. It cannot be written or changed from here.</summary>
internal static class AuditLogEndpoints
{
    private const int RowsPerFlush = 500;

    public static void MapAuditLogs(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/audit-logs").WithTags("Audit log");
        group.MapGet("", List).RequireScope(Scopes.AuditRead)
            .Describe("listAuditLogs", "List audit lines, newest first",
                "action filters by exact action or by its beginning up to a dot (tenant, tenant.created); actor by id, or by part of its name; "
                + "resource by type (asset), by id, or by both (asset/01K…, with its versions).")
            .Answers<Page<AuditLogResponse>>().Fails(400, 403, 404);
        group.MapGet("/verify", Verify).RequireScope(Scopes.AuditRead)
            .Describe("verifyAuditLogs", "Verify the audit log", "Computes the hash chain anew and names the first line that was changed or is missing.")
            .Answers<AuditVerificationResponse>().Fails(403, 404);
        group.MapGet("/export", Export).RequireScope(Scopes.AuditRead)
            .Describe("exportAuditLogs", "Export audit lines, oldest first", "One JSON object per line.")
            .Produces<string>(200, "application/x-ndjson").Fails(400, 403, 404);
    }

    private static async Task<IResult> List(
        Visit visit, RegistryFactory registry, CancellationToken ct,
        string? action = null, string? actor = null, DateTimeOffset? from = null, DateTimeOffset? to = null, string? resource = null, string? cursor = null,
        int? limit = null)
    {
        if (!Cursor.ReadNumber(cursor).TryGet(out var before, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        var rows = await registry.ReportAsync(visit.At.OrganizationId, db => Filtered(db, visit.At.OrganizationId, action, actor, from, to, resource)
            .Where(row => before == null || row.Sequence < before)
            .OrderByDescending(row => row.Sequence).Take(size + 1).ToListAsync(ct), ct);
        return Results.Ok(Cursor.Page(rows, size, AuditLogResponse.Of, static row => Cursor.Of(row.Sequence ?? 0)));
    }

    private static async Task<IResult> Verify(Visit visit, AuditVerifier verifier, CancellationToken ct)
    {
        var verification = await verifier.VerifyAsync(visit.At.OrganizationId, ct);
        var fault = verification.Fault is { } found ? new AuditFaultResponse(found.Kind, found.Sequence, found.Id) : null;
        return Results.Ok(new AuditVerificationResponse(verification.IsIntact, verification.Lines, fault));
    }

    private static IResult Export(
        Visit visit, RegistryFactory registry, AuditLog log, IOptions<JsonOptions> json,
        string? action = null, string? actor = null, DateTimeOffset? from = null, DateTimeOffset? to = null, string? resource = null) => Results.Stream(
        async stream =>
        {
            await using var db = registry.ForOrganization(visit.At.OrganizationId);
            log.Add(db, visit.At.OrganizationId, "audit_log.exported", "audit_log", null, after: new { action, actor, from, to, resource });
            await db.SaveChangesAsync();
            var written = 0;
            await foreach (var row in Filtered(db, visit.At.OrganizationId, action, actor, from, to, resource).OrderBy(row => row.Sequence).AsAsyncEnumerable())
            {
                await JsonSerializer.SerializeAsync(stream, AuditLogResponse.Of(row), json.Value.SerializerOptions);
                await stream.WriteAsync("\n"u8.ToArray());
                if (++written % RowsPerFlush == 0)
                    await stream.FlushAsync();
            }
        },
        "application/x-ndjson",
        $"audit-{visit.At.Organization}.ndjson");

    private static IQueryable<AuditEntry> Filtered(RegistryDb db, Guid organizationId, string? action, string? actor, DateTimeOffset? from, DateTimeOffset? to,
        string? resource)
    {
        var rows = db.AuditLogs.AsNoTracking().Where(row => row.OrganizationId == organizationId && row.Sequence != null);
        if (!string.IsNullOrEmpty(action))
            rows = rows.Where(row => row.Action == action || row.Action.StartsWith(action + "."));
        if (Guid.TryParse(actor, out var actorId))
            rows = rows.Where(row => row.ActorId == actorId);
        else if (!string.IsNullOrEmpty(actor))
            rows = rows.Where(row => EF.Functions.ILike(row.ActorName, "%" + actor.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_") + "%"));
        if (!string.IsNullOrEmpty(resource))
        {
            rows = resource.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
                ? OfOne(rows, resource, resource[..slash], resource[(slash + 1)..])
                : rows.Where(row => row.ResourceType == resource || row.ResourceId == resource);
        }

        if (from?.ToUniversalTime() is { } begin)
            rows = rows.Where(row => row.At >= begin);
        if (to?.ToUniversalTime() is { } end)
            rows = rows.Where(row => row.At < end);
        return rows;
    }

    /// <summary>Of one thing, found by its id; an asset's versions are its own.</summary>
    private static IQueryable<AuditEntry> OfOne(IQueryable<AuditEntry> rows, string resource, string type, string id)
    {
        var parts = $"{id}/";
        return type == "asset"
            ? rows.Where(row => row.ResourceId == resource || (row.ResourceType == type && row.ResourceId == id)
                || (row.ResourceType == "asset_version" && row.ResourceId!.StartsWith(parts)))
            : rows.Where(row => row.ResourceId == resource || (row.ResourceType == type && row.ResourceId == id));
    }
}
