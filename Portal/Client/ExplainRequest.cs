using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record ExplainRequest(string Url, string? Accept);

public sealed record ExplainResponse(
    ExplainedPlace Place, ExplainedPreset? Preset, string? Canonical, IReadOnlyList<DroppedOperation> Dropped, IReadOnlyList<ExplainedPolicy> Policies,
    IReadOnlyList<ExplainedOverlay>? Overlays, string? Format, int? Width, int? Height,
    string? Layer, ExplainedSignature Signature, ExplainedRefusal? Refusal);

public sealed record ExplainedPlace(string Organization, string Tenant, string Space, string Asset, int Version, string Access);

public sealed record ExplainedPreset(string Slug, string Operations, int Revision, string Level);

public sealed record ExplainedOverlay(string Slug, int Revision, string Level, bool IsWatermark);

public sealed record DroppedOperation(string Operation, string Reason);

public sealed record ExplainedPolicy(string Key, JsonElement Value, string Level, string Verdict);

public sealed record ExplainedSignature(string Verdict, string Reason, DateTimeOffset? ExpiresAt);

public sealed record ExplainedRefusal(string Code, string Detail);
