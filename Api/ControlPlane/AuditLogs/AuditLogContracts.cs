using System.Text.Json;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.AuditLogs;

/// <summary>One line of the audit log.</summary>
internal sealed record AuditLogResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its number within the organization, without gaps.</summary>
    public required long? Sequence { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required AuditActor Actor { get; init; }

    /// <summary>Dotted, past tense: <c>tenant.created</c>.</summary>
    public required string Action { get; init; }

    /// <summary>On what.</summary>
    public required AuditResource Resource { get; init; }

    /// <summary>From which address.</summary>
    public required string? Ip { get; init; }

    /// <summary>With which program.</summary>
    public required string? UserAgent { get; init; }

    /// <summary>What changed, before.</summary>
    public required JsonElement? Before { get; init; }

    /// <summary>What changed, after.</summary>
    public required JsonElement? After { get; init; }

    /// <summary>SHA-256 (hex) over this line and the hash of the one before.</summary>
    public required string? Hash { get; init; }

    public static AuditLogResponse Of(AuditEntry entry) => new()
    {
        Id = entry.Id,
        Sequence = entry.Sequence,
        At = entry.At,
        Actor = new AuditActor(entry.ActorType, entry.ActorId, entry.ActorName),
        Action = entry.Action,
        Resource = new AuditResource(entry.ResourceType, entry.ResourceId),
        Ip = entry.Ip?.ToString(),
        UserAgent = entry.UserAgent,
        Before = Json(entry.Before),
        After = Json(entry.After),
        Hash = entry.Hash is null ? null : Convert.ToHexStringLower(entry.Hash),
    };

    private static JsonElement? Json(string? text) => text is null ? null : JsonSerializer.Deserialize<JsonElement>(text);
}

/// <summary>Who did it.</summary>
internal sealed record AuditActor(ActorType Type, Guid? Id, string Name);

/// <summary>What it was done to.</summary>
internal sealed record AuditResource(string Type, string? Id);

/// <summary>Outcome of verifying the chain.</summary>
/// <param name="Intact">Whether every line is as it was written and none is missing.</param>
/// <param name="Lines">Lines there are.</param>
/// <param name="Fault">The first line that is not.</param>
internal sealed record AuditVerificationResponse(bool Intact, long Lines, AuditFaultResponse? Fault);

/// <summary>A line that is not as it was written.</summary>
/// <param name="Kind"><c>changed</c>, <c>missing</c> or <c>unnumbered</c>.</param>
/// <param name="Sequence">Its number.</param>
/// <param name="Id">Its id; null for a missing one.</param>
internal sealed record AuditFaultResponse(string Kind, long? Sequence, Guid? Id);
