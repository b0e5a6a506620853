using System.Text.Json;

namespace ImageService.Core.Registry;

/// <summary>
/// Writes audit lines that no tracked change makes by itself: bulk statements (<c>ExecuteUpdate</c>, <c>ExecuteDelete</c>), refusals, sign-ins.
/// Tracked changes are written by <see cref="AuditInterceptor"/>.
/// </summary>
public sealed class AuditLog(CurrentActor actor, TimeProvider time)
{
    /// <summary>Adds a line to the unit of work; it is written if and only if that commits.</summary>
    /// <param name="db">The unit of work, which must be allowed to write for the organization.</param>
    /// <param name="organizationId">Whose log.</param>
    /// <param name="action">Dotted, past tense: <c>asset.deleted</c>.</param>
    /// <param name="resourceType">Such as <c>asset</c>.</param>
    /// <param name="resourceId">As the API shows it.</param>
    /// <param name="before">Serialised as JSON; must hold no secret.</param>
    /// <param name="after">Serialised as JSON; must hold no secret.</param>
    public void Add(RegistryDb db, Guid organizationId, string action, string resourceType, string? resourceId, object? before = null, object? after = null) =>
        db.AuditLogs.Add(Line(organizationId, action, resourceType, resourceId, Json(before), Json(after)));

    internal AuditEntry Line(Guid organizationId, string action, string resourceType, string? resourceId, string? before, string? after)
    {
        var who = actor.Value;
        return new AuditEntry
        {
            OrganizationId = organizationId,
            At = time.GetUtcNow(),
            ActorType = who.Type,
            ActorId = who.Id,
            ActorName = Cut(who.Name, 255)!,
            Action = action,
            ResourceType = resourceType,
            ResourceId = Cut(resourceId, 255),
            Ip = who.Ip,
            UserAgent = Cut(who.UserAgent, 500),
            Before = before,
            After = after,
        };
    }

    private static string? Json(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), JsonSerializerOptions.Web);

    // PostgreSQL's text holds no NUL.
    private static string? Cut(string? text, int length) =>
        text?.Replace("\0", "", StringComparison.Ordinal) is { } clean && clean.Length > length
            ? clean[..length] : text?.Replace("\0", "", StringComparison.Ordinal);
}
