namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record JobResponse(string Id, string Kind, string State, string? Subject, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record JobSummaryResponse(long Waiting, long Running, long Failed, DateTimeOffset? OldestWaitingAt);

public sealed record EdgeResponse(string Name, string Kind, string? PublicBaseUrl, bool Verified);

public sealed record PurgeResponse(Guid Id, string Edge, string State, int Attempts, IReadOnlyList<string> Tags, string? Problem, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

public sealed record CreateStoreMoveRequest(string Store);

public sealed record StoreMoveResponse(Guid Id, string State, string Store, long Assets, long Bytes, long Done, long Failed, string? Problem,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record PresetGenerationResponse(string State, int Revision, int Total, int Done, int Made, int Refused, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>What a change would do to stored variants.</summary>
public sealed record ChangeEffect(long StaleVariants, long Bytes, long CpuMs, long NewVariants);

public sealed record MoveFolderRequest(string Tenant, string Space, string From, string To);

public sealed record MoveFolderResponse(string From, string To, int Assets);
