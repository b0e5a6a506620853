namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record SystemResponse(
    string Status, IReadOnlyList<SystemCheck> Checks, SystemVersions Versions, SystemProcess Process, SystemLimits Limits, IReadOnlyList<SystemStore> Stores,
    SystemQueue Queue, SystemCache Memory,
    IReadOnlyList<string> Edges);

public sealed record SystemCheck(string Name, string Status, double DurationMs, string? Error);

public sealed record SystemVersions(string Service, string Engine, string Libvips, string Runtime, string? Database);

public sealed record SystemProcess(string Machine, DateTimeOffset StartedAt, int Cores, long MemoryBytes, long MemoryLimitBytes, double CpuShare);

public sealed record SystemLimits(
    long TransformMemoryBytes, long DecoderMemoryBytes, int MaxWaitingTransforms, double TransformTimeoutSeconds, double DecoderTimeoutSeconds,
    long MaxUploadBytes);

public sealed record SystemStore(string Name, string Provider, bool Default, string? Error);

public sealed record SystemQueue(string Provider, long? Waiting, long? Running, long? Dead, double? OldestSeconds);

public sealed record SystemCache(int Entries, long Bytes, long LimitBytes);
