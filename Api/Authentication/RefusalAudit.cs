using System.Text.Json;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Api.Authentication;

/// <summary>Writes refused access into the audit log of the caller's own organization. What was aimed at in another organization is told there to nobody.</summary>
internal sealed class RefusalAudit(RegistryFactory registry, TimeProvider clock)
{
    public async Task NoteAsync(HttpContext http, Caller caller, Error refusal, CancellationToken ct)
    {
        if (caller.OrganizationId is not { } organizationId || organizationId == Guid.Empty)
            return;
        var client = http.Client();
        await using var db = registry.ForOrganization(organizationId);
        db.AuditLogs.Add(new AuditEntry
        {
            OrganizationId = organizationId,
            At = clock.GetUtcNow(),
            ActorType = caller.Type,
            ActorId = caller.Id,
            ActorName = caller.Name,
            Action = "access.refused",
            ResourceType = "route",
            ResourceId = RouteOf(http),
            Ip = client.Address,
            UserAgent = client.UserAgent,
            After = JsonSerializer.Serialize(new { code = Problems.Name(refusal.Code), organization = http.GetRouteValue("org") as string }, JsonSerializerOptions.Web),
        });
        await db.SaveChangesAsync(ct);
    }

    private static string RouteOf(HttpContext http) =>
        $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}";
}
