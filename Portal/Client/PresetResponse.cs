namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record PresetResponse(
    Guid Id, string Slug, string Name, string? Description, string Operations, int Revision, string Level, bool AutoGenerate, IReadOnlyList<string> MatchTags,
    IReadOnlyList<string> MatchFolders, DateTimeOffset UpdatedAt);

public sealed record SavePresetRequest(
    string Slug, string? Name, string? Description, string Operations, bool AutoGenerate, IReadOnlyList<string> MatchTags, IReadOnlyList<string> MatchFolders);

public sealed record PresetRevisionResponse(int Revision, string Operations, DateTimeOffset CreatedAt);
