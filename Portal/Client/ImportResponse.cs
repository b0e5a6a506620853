namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record ImportResponse
{
    public required Guid Id { get; init; }

    public required string Source { get; init; }

    public required string State { get; init; }

    public required string Tenant { get; init; }

    public required string Space { get; init; }

    public required int Total { get; init; }

    public required int Imported { get; init; }

    public required int Deduplicated { get; init; }

    public required int Failed { get; init; }

    public required IReadOnlyList<ImportFailure> Failures { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record ImportFailure(string Name, string Code, string Detail);

public sealed record InvalidateRequest(string? Tenant, string? Space, string? Tag, string? Preset)
{
    public string? Asset { get; init; }

    /// <summary>With <see cref="Operations"/>, of an asset: one stored image alone.</summary>
    public int? Version { get; init; }

    public string? Operations { get; init; }
}

public sealed record InvalidateResponse(int Variants, int Assets);
