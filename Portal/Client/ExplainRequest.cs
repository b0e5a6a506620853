using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record ExplainRequest(string Url, string? Accept);

public sealed record ExplainResponse
{
    public required ExplainedPlace Place { get; init; }

    public required ExplainedPreset? Preset { get; init; }

    public required string? Canonical { get; init; }

    public required IReadOnlyList<DroppedOperation> Dropped { get; init; }

    public required IReadOnlyList<ExplainedPolicy> Policies { get; init; }

    public required IReadOnlyList<ExplainedOverlay>? Overlays { get; init; }

    public required string? Format { get; init; }

    public required int? Width { get; init; }

    public required int? Height { get; init; }

    public required string? Layer { get; init; }

    public required double? LookupMs { get; init; }

    public required int? TransformCpuMs { get; init; }

    public required ExplainedSignature Signature { get; init; }

    public required ExplainedRefusal? Refusal { get; init; }
}

public sealed record ExplainedPlace
{
    public required string Organization { get; init; }

    public required string Tenant { get; init; }

    public required string Space { get; init; }

    public required string Asset { get; init; }

    public required int Version { get; init; }

    public required string Access { get; init; }
}

public sealed record ExplainedPreset(string Slug, string Operations, int Revision, string Level);

public sealed record ExplainedOverlay(string Slug, int Revision, string Level, bool IsWatermark);

public sealed record DroppedOperation(string Operation, string Reason);

public sealed record ExplainedPolicy(string Key, JsonElement Value, string Level, string Verdict);

public sealed record ExplainedSignature(string Verdict, string Reason, DateTimeOffset? ExpiresAt);

public sealed record ExplainedRefusal(string Code, string Detail);
