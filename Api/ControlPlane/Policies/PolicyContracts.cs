using System.Text.Json;
using ImageService.Core.Policies;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Policies;

/// <summary>A value to set.</summary>
/// <param name="Value">JSON of the policy's type.</param>
/// <param name="Locked">Whether lower levels may not set this policy.</param>
internal sealed record SetPolicyRequest(JsonElement Value, bool? Locked);

/// <summary>A policy as seen from one level.</summary>
internal sealed record PolicyResponse
{
    /// <summary>Its name.</summary>
    public required string Key { get; init; }

    /// <summary>The value set at this very level; null where it sets none.</summary>
    public required JsonElement? Value { get; init; }

    /// <summary>What is in force here.</summary>
    public required JsonElement Effective { get; init; }

    /// <summary>What is in force where nobody sets anything.</summary>
    public required JsonElement Default { get; init; }

    /// <summary>Where the value in force was set.</summary>
    public required PolicySourceResponse Source { get; init; }

    /// <summary>Whether the source locks it for the levels below.</summary>
    public required bool Locked { get; init; }

    /// <summary>When the value of this very level was set last; null where it sets none.</summary>
    public required DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Name of the person or key that set it; null where it sets none, or it is not known.</summary>
    public required string? UpdatedBy { get; init; }

    /// <summary>What it means, with its unit.</summary>
    public required string Description { get; init; }

    /// <summary>A policy.</summary>
    /// <param name="item">As resolved at the level.</param>
    /// <param name="own">The level's own row; null where it has none.</param>
    public static PolicyResponse Of(PolicyItem item, PolicyRow? own) => new()
    {
        Key = item.Key,
        Value = item.Own,
        Effective = item.Value,
        Default = item.Default,
        Source = item.Source is { } source
            ? new PolicySourceResponse(JsonNamingPolicy.SnakeCaseLower.ConvertName(source.Level.ToString()), source.Slug)
            : new PolicySourceResponse("default", null),
        Locked = item.Locked,
        UpdatedAt = own?.UpdatedAt,
        UpdatedBy = own?.UpdatedBy,
        Description = PolicyCatalog.Find(item.Key).Value.Description,
    };
}

/// <summary>Where a value comes from.</summary>
/// <param name="Level"><c>organization</c>, <c>tenant</c>, <c>space</c> or <c>default</c>.</param>
/// <param name="Slug">Which one; null for the default.</param>
internal sealed record PolicySourceResponse(string Level, string? Slug);

/// <summary>Every policy as seen from one level.</summary>
internal sealed record PoliciesResponse(IReadOnlyList<PolicyResponse> Items);
