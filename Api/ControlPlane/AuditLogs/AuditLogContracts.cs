using System.Text.Json;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.AuditLogs;

/// <summary>One line of the audit log.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Sequence">Its number within the organization, without gaps.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">Dotted, past tense: <c>tenant.created</c>.</param>
/// <param name="Resource">On what.</param>
/// <param name="Ip">From which address.</param>
/// <param name="UserAgent">With which program.</param>
/// <param name="Before">What changed, before.</param>
/// <param name="After">What changed, after.</param>
/// <param name="Hash">SHA-256 (hex) over this line and the hash of the one before.</param>
internal sealed record AuditLogResponse(
    Guid Id,
    long? Sequence,
    DateTimeOffset At,
    AuditActor Actor,
    string Action,
    AuditResource Resource,
    string? Ip,
    string? UserAgent,
    JsonElement? Before,
    JsonElement? After,
    string? Hash)
{
    public static AuditLogResponse Of(AuditEntry entry) => new(
        entry.Id,
        entry.Sequence,
        entry.At,
        new AuditActor(entry.ActorType, entry.ActorId, entry.ActorName),
        entry.Action,
        new AuditResource(entry.ResourceType, entry.ResourceId),
        entry.Ip?.ToString(),
        entry.UserAgent,
        Json(entry.Before),
        Json(entry.After),
        entry.Hash is null ? null : Convert.ToHexStringLower(entry.Hash));

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
