using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Api.Authentication;

/// <summary>Writes refused access into the audit log of the caller's own organization. What was aimed at in another organization is told there to nobody.</summary>
internal sealed class RefusalAudit(RegistryFactory registry, AuditLog log)
{
    /// <summary>
    /// Whether an error that a handler found is refused access: the place was in the body or belongs to a row. For a credential bound to a part of its organization
    /// "not there" may be "not yours".
    /// </summary>
    public static bool Concerns(Error error, Caller caller) => error.Code switch
    {
        ErrorCode.Forbidden or ErrorCode.InsufficientScope or ErrorCode.PolicyLocked => true,
        ErrorCode.NotFound => caller.Grants.Count > 0 && caller.Grants.All(static grant => grant.TenantId is not null),
        _ => false,
    };

    public async Task NoteAsync(HttpContext http, Caller caller, Error refusal, CancellationToken ct)
    {
        if (caller.OrganizationId is not { } organizationId || organizationId == Guid.Empty)
            return;
        var route = $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}";
        await using var db = registry.ForOrganization(organizationId);
        log.Add(db, organizationId, "access.refused", "route", route, after: new { code = Problems.Name(refusal.Code), organization = http.GetRouteValue("org") as string });
        await db.SaveChangesAsync(ct);
    }
}
