namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record JobResponse
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string State { get; init; }

    public required string? Subject { get; init; }

    public required string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record JobSummaryResponse(long Waiting, long Running, long Failed, DateTimeOffset? OldestWaitingAt);

public sealed record EdgeResponse(string Name, string Kind, string? PublicBaseUrl, bool Verified);

public sealed record PurgeResponse
{
    public required Guid Id { get; init; }

    public required string Edge { get; init; }

    public required string State { get; init; }

    public required int Attempts { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required string? Problem { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record CreateStoreMoveRequest(string Store);

public sealed record StoreMoveResponse
{
    public required Guid Id { get; init; }

    public required string State { get; init; }

    public required string Store { get; init; }

    public required long Assets { get; init; }

    public required long Bytes { get; init; }

    public required long Done { get; init; }

    public required long Failed { get; init; }

    public required string? Problem { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record PresetGenerationResponse
{
    public required string State { get; init; }

    public required int Revision { get; init; }

    public required int Total { get; init; }

    public required int Done { get; init; }

    public required int Made { get; init; }

    public required int Refused { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What a change would do to stored variants.</summary>
public sealed record ChangeEffect(long StaleVariants, long Bytes, long CpuMs, long NewVariants);

public sealed record MoveFolderRequest(string Tenant, string Space, string From, string To);

public sealed record MoveFolderResponse(string From, string To, int Assets);
