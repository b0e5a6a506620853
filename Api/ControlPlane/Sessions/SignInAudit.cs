using ImageService.Api.Authentication;
using ImageService.Core.Identity;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Sessions;

/// <summary>
/// Writes what people do with their accounts into the audit log of every organization they belong to: an account reaches all of them. Attempts at addresses
/// without an account belong to nobody's log.
/// </summary>
internal sealed class SignInAudit(RegistryFactory registry, TimeProvider clock)
{
    public Task NoteAsync(SignInOutcome outcome, string? email, HttpContext http, CancellationToken ct) => outcome.UserId is { } userId
        ? NoteAsync(userId, email?.Trim().ToLowerInvariant(), outcome.Session.IsSuccess ? "session.begun" : "session.refused", http, ct)
        : Task.CompletedTask;

    public async Task NoteAsync(Guid userId, string? name, string action, HttpContext http, CancellationToken ct)
    {
        var client = http.Client();
        await using var system = registry.ForSystem();
        var organizations = await system.Members.Where(member => member.UserId == userId && member.AcceptedAt != null)
            .Select(member => member.OrganizationId).Distinct().ToListAsync(ct);
        var shown = name ?? await system.Users.Where(user => user.Id == userId).Select(user => user.Email).SingleOrDefaultAsync(ct) ?? userId.ToString();
        foreach (var organizationId in organizations)
        {
            await using var db = registry.ForOrganization(organizationId);
            db.AuditLogs.Add(new AuditEntry
            {
                OrganizationId = organizationId,
                At = clock.GetUtcNow(),
                ActorType = ActorType.User,
                ActorId = userId,
                ActorName = shown.Length <= 255 ? shown : shown[..255],
                Action = action,
                ResourceType = action[..action.IndexOf('.', StringComparison.Ordinal)],
                ResourceId = userId.ToString(),
                Ip = client.Address,
                UserAgent = client.UserAgent,
            });
            await db.SaveChangesAsync(ct);
        }
    }
}
