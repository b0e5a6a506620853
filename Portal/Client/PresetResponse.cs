namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record PresetResponse
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required string Operations { get; init; }

    public required int Revision { get; init; }

    public required string Level { get; init; }

    public required bool AutoGenerate { get; init; }

    public required IReadOnlyList<string> MatchTags { get; init; }

    public required IReadOnlyList<string> MatchFolders { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record SavePresetRequest
{
    public required string Slug { get; init; }

    public required string? Name { get; init; }

    public required string? Description { get; init; }

    public required string Operations { get; init; }

    public required bool AutoGenerate { get; init; }

    public required IReadOnlyList<string> MatchTags { get; init; }

    public required IReadOnlyList<string> MatchFolders { get; init; }
}

public sealed record PresetRevisionResponse(int Revision, string Operations, DateTimeOffset CreatedAt);
