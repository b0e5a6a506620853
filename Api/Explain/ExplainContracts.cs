using System.Text.Json;

namespace ImageService.Api.Explain;

/// <summary>A URL to explain.</summary>
/// <param name="Url">URL or path of an image, with its signature if it has one.</param>
/// <param name="Accept">The <c>Accept</c> of the browser to answer for; <c>*/*</c> where left out.</param>
/// <param name="Dpr">Device pixel ratio, 1 to 4; matters to widths by client hints alone.</param>
/// <param name="SaveData">Whether the browser saves data.</param>
internal sealed record ExplainRequest(string? Url, string? Accept, double? Dpr, bool? SaveData);

/// <summary>What a URL means. Nothing was made or counted.</summary>
/// <param name="Place">Where it leads.</param>
/// <param name="Preset">The preset it names; null where it names none.</param>
/// <param name="Canonical">The one form of all URLs that mean the same; null where the image is refused.</param>
/// <param name="Dropped">Operations that the canonical form does not hold as they are written, and why.</param>
/// <param name="Policies">Policies that were asked, with the level their value was set at.</param>
/// <param name="Overlays">What is laid over the picture, in order; null where the image is refused.</param>
/// <param name="Format">Of the answer.</param>
/// <param name="Width">px.</param>
/// <param name="Height">px.</param>
/// <param name="Layer"><c>memory</c> (of the process that was asked), <c>storage</c>, or <c>miss</c>: it would be made.</param>
/// <param name="Signature">What became of the signature.</param>
/// <param name="Refusal">Why the image is refused; null where it is not.</param>
internal sealed record ExplainResponse(
    ExplainedPlace Place, ExplainedPreset? Preset, string? Canonical, IReadOnlyList<DroppedOperation> Dropped, IReadOnlyList<ExplainedPolicy> Policies,
    IReadOnlyList<ExplainedOverlay>? Overlays, string? Format, int? Width, int? Height,
    string? Layer, ExplainedSignature Signature, ExplainedRefusal? Refusal);

/// <summary>Where a URL leads.</summary>
internal sealed record ExplainedPlace(string Organization, string Tenant, string Space, string Asset, int Version, string Access);

/// <summary>A preset in the revision in force.</summary>
internal sealed record ExplainedPreset(string Slug, string Operations, int Revision, string Level);

/// <summary>An overlay in the revision in force.</summary>
/// <param name="Slug">Its name.</param>
/// <param name="Revision">In force.</param>
/// <param name="Level">Where it was found.</param>
/// <param name="IsWatermark">Whether the policy <c>watermark</c> asks for it, and not the URL.</param>
internal sealed record ExplainedOverlay(string Slug, int Revision, string Level, bool IsWatermark);

/// <summary>An operation that did not stay as it was.</summary>
/// <param name="Operation">As written.</param>
/// <param name="Reason">Why.</param>
internal sealed record DroppedOperation(string Operation, string Reason);

/// <summary>A policy that was asked.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">In force.</param>
/// <param name="Level"><c>organization</c>, <c>tenant</c>, <c>space</c> or <c>default</c>.</param>
/// <param name="Verdict"><c>allows</c>, <c>changes</c> or <c>refuses</c>.</param>
internal sealed record ExplainedPolicy(string Key, JsonElement Value, string Level, string Verdict);

/// <summary>What became of a signature.</summary>
/// <param name="Verdict"><c>valid</c>, <c>invalid</c>, <c>expired</c>, <c>missing</c>, or <c>not_needed</c>.</param>
/// <param name="Reason">In words.</param>
/// <param name="ExpiresAt">When a valid one ends.</param>
internal sealed record ExplainedSignature(string Verdict, string Reason, DateTimeOffset? ExpiresAt);

/// <summary>Why an image is refused.</summary>
internal sealed record ExplainedRefusal(string Code, string Detail);
