using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record PolicyResponse
{
    public required string Key { get; init; }

    public required JsonElement? Value { get; init; }

    public required JsonElement Effective { get; init; }

    public required JsonElement Default { get; init; }

    public required PolicySourceResponse Source { get; init; }

    public required bool Locked { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public string? UpdatedBy { get; init; }

    public required string Description { get; init; }
}

public sealed record PolicySourceResponse(string Level, string? Slug);

public sealed record SetPolicyRequest(JsonElement Value, bool Locked);
