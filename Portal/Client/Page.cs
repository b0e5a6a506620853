namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
/// <summary>A page of a list.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>A list without pages.</summary>
public sealed record ItemsResponse<T>(IReadOnlyList<T> Items);
