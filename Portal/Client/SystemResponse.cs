namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record SystemResponse
{
    public required string Status { get; init; }

    public required IReadOnlyList<SystemCheck> Checks { get; init; }

    public required SystemVersions Versions { get; init; }

    public required SystemProcess Process { get; init; }

    public required SystemLimits Limits { get; init; }

    public required IReadOnlyList<SystemStore> Stores { get; init; }

    public required SystemQueue Queue { get; init; }

    public required SystemCache Memory { get; init; }

    public required IReadOnlyList<string> Edges { get; init; }
}

public sealed record SystemCheck(string Name, string Status, double DurationMs, string? Error);

public sealed record SystemVersions
{
    public required string Service { get; init; }

    public required string Engine { get; init; }

    public required string Libvips { get; init; }

    public required string Runtime { get; init; }

    public required string? Database { get; init; }
}

public sealed record SystemProcess
{
    public required string Machine { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required int Cores { get; init; }

    public required long MemoryBytes { get; init; }

    public required long MemoryLimitBytes { get; init; }

    public required double CpuShare { get; init; }
}

public sealed record SystemLimits
{
    public required long TransformMemoryBytes { get; init; }

    public required long DecoderMemoryBytes { get; init; }

    public required int MaxWaitingTransforms { get; init; }

    public required double TransformTimeoutSeconds { get; init; }

    public required double DecoderTimeoutSeconds { get; init; }

    public required long MaxUploadBytes { get; init; }
}

public sealed record SystemStore(string Name, string Provider, bool Default, string? Error);

public sealed record SystemQueue
{
    public required string Provider { get; init; }

    public required long? Waiting { get; init; }

    public required long? Running { get; init; }

    public required long? Dead { get; init; }

    public required double? OldestSeconds { get; init; }
}

public sealed record SystemCache(int Entries, long Bytes, long LimitBytes);
