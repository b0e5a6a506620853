namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record ImportResponse(
    Guid Id, string Source, string State, string Tenant, string Space, int Total, int Imported, int Deduplicated, int Failed,
    IReadOnlyList<ImportFailure> Failures,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record ImportFailure(string Name, string Code, string Detail);

public sealed record InvalidateRequest(string? Tenant, string? Space, string? Tag, string? Preset);

public sealed record InvalidateResponse(int Variants, int Assets);
