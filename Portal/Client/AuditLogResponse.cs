using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record AuditLogResponse(
    Guid Id, long? Sequence, DateTimeOffset At, AuditActor Actor, string Action, AuditResource Resource, string? Ip, JsonElement? Before, JsonElement? After);

public sealed record AuditActor(string Type, Guid? Id, string Name);

public sealed record AuditResource(string Type, string? Id);

public sealed record AuditVerificationResponse(bool Intact, long Lines, AuditFaultResponse? Fault);

public sealed record AuditFaultResponse(string Kind, long? Sequence);
