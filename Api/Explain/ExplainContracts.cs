using System.Text.Json;

namespace ImageService.Api.Explain;

/// <summary>A URL to explain.</summary>
/// <param name="Url">URL or path of an image, with its signature if it has one.</param>
/// <param name="Accept">The <c>Accept</c> of the browser to answer for; <c>*/*</c> where left out.</param>
/// <param name="Dpr">Device pixel ratio, 1 to 4; matters to widths by client hints alone.</param>
/// <param name="SaveData">Whether the browser saves data.</param>
internal sealed record ExplainRequest(string? Url, string? Accept, double? Dpr, bool? SaveData);

/// <summary>What a URL means. Nothing was made or counted.</summary>
internal sealed record ExplainResponse
{
    /// <summary>Where it leads.</summary>
    public required ExplainedPlace Place { get; init; }

    /// <summary>The preset it names; null where it names none.</summary>
    public required ExplainedPreset? Preset { get; init; }

    /// <summary>The one form of all URLs that mean the same; null where the image is refused.</summary>
    public required string? Canonical { get; init; }

    /// <summary>Operations that the canonical form does not hold as they are written, and why.</summary>
    public required IReadOnlyList<DroppedOperation> Dropped { get; init; }

    /// <summary>Policies that were asked, with the level their value was set at.</summary>
    public required IReadOnlyList<ExplainedPolicy> Policies { get; init; }

    /// <summary>What is laid over the picture, in order; null where the image is refused.</summary>
    public required IReadOnlyList<ExplainedOverlay>? Overlays { get; init; }

    /// <summary>Of the answer.</summary>
    public required string? Format { get; init; }

    /// <summary>px.</summary>
    public required int? Width { get; init; }

    /// <summary>px.</summary>
    public required int? Height { get; init; }

    /// <summary><c>memory</c> (of the process that was asked), <c>storage</c>, or <c>miss</c>: it would be made.</summary>
    public required string? Layer { get; init; }

    /// <summary>
    /// ms until the layer was known, by the process that was asked: in memory, and where it is not there in the registry. The bytes were not read. Null where
    /// the image is refused.
    /// </summary>
    public required double? LookupMs { get; init; }

    /// <summary>CPU time of the transform that made what is stored, ms; null where nothing made is stored.</summary>
    public required int? TransformCpuMs { get; init; }

    /// <summary>What became of the signature.</summary>
    public required ExplainedSignature Signature { get; init; }

    /// <summary>Why the image is refused; null where it is not.</summary>
    public required ExplainedRefusal? Refusal { get; init; }
}

/// <summary>Where a URL leads.</summary>
internal sealed record ExplainedPlace
{
    public required string Organization { get; init; }

    public required string Tenant { get; init; }

    public required string Space { get; init; }

    public required string Asset { get; init; }

    public required int Version { get; init; }

    public required string Access { get; init; }
}

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
