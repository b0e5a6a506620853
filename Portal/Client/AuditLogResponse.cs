using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record AuditLogResponse
{
    public required Guid Id { get; init; }

    public required long? Sequence { get; init; }

    public required DateTimeOffset At { get; init; }

    public required AuditActor Actor { get; init; }

    public required string Action { get; init; }

    public required AuditResource Resource { get; init; }

    public required string? Ip { get; init; }

    public required JsonElement? Before { get; init; }

    public required JsonElement? After { get; init; }
}

public sealed record AuditActor(string Type, Guid? Id, string Name);

public sealed record AuditResource(string Type, string? Id);

public sealed record AuditVerificationResponse(bool Intact, long Lines, AuditFaultResponse? Fault);

public sealed record AuditFaultResponse(string Kind, long? Sequence);
