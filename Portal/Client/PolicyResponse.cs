using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record PolicyResponse(string Key, JsonElement? Value, JsonElement Effective, JsonElement Default, PolicySourceResponse Source, bool Locked,
    string Description);

public sealed record PolicySourceResponse(string Level, string? Slug);

public sealed record SetPolicyRequest(JsonElement Value, bool Locked);
