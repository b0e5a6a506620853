using System.Text.Json;
using ImageService.Core.Policies;

namespace ImageService.Api.ControlPlane.Policies;

/// <summary>A value to set.</summary>
/// <param name="Value">JSON of the policy's type.</param>
/// <param name="Locked">Whether lower levels may not set this policy.</param>
internal sealed record SetPolicyRequest(JsonElement Value, bool? Locked);

/// <summary>A policy as seen from one level.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">The value set at this very level; null where it sets none.</param>
/// <param name="Effective">What is in force here.</param>
/// <param name="Default">What is in force where nobody sets anything.</param>
/// <param name="Source">Where the value in force was set.</param>
/// <param name="Locked">Whether the source locks it for the levels below.</param>
/// <param name="Description">What it means, with its unit.</param>
internal sealed record PolicyResponse(
    string Key, JsonElement? Value, JsonElement Effective, JsonElement Default, PolicySourceResponse Source, bool Locked, string Description)
{
    public static PolicyResponse Of(PolicyItem item) => new(
        item.Key,
        item.Own,
        item.Value,
        item.Default,
        item.Source is { } source
            ? new PolicySourceResponse(JsonNamingPolicy.SnakeCaseLower.ConvertName(source.Level.ToString()), source.Slug)
            : new PolicySourceResponse("default", null),
        item.Locked,
        PolicyCatalog.Find(item.Key).Value.Description);
}

/// <summary>Where a value comes from.</summary>
/// <param name="Level"><c>organization</c>, <c>tenant</c>, <c>space</c> or <c>default</c>.</param>
/// <param name="Slug">Which one; null for the default.</param>
internal sealed record PolicySourceResponse(string Level, string? Slug);

/// <summary>Every policy as seen from one level.</summary>
internal sealed record PoliciesResponse(IReadOnlyList<PolicyResponse> Items);
