namespace ImageService.Client;

/// <summary>Where an upload goes and what is known of it.</summary>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
/// <param name="Filename">Shown to people.</param>
public sealed record UploadDetails(string Tenant, string Space, string Filename)
{
    /// <summary>Absolute path; null: the top.</summary>
    public string? Folder { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Null: by policy.</summary>
    public ImageAccess? Access { get; init; }
}

/// <summary>How an upload that can be resumed goes.</summary>
public sealed record ResumableUploadOptions
{
    /// <summary>An upload begun earlier, perhaps by another process: it goes on where it stands. Null: a new one.</summary>
    public Uri? Upload { get; init; }

    /// <summary>Told the new upload's address before its first byte is sent; keep it to resume after a crash.</summary>
    public Func<Uri, CancellationToken, ValueTask>? Created { get; init; }

    /// <summary>Told the bytes that are durably stored, after each piece.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Bytes a request; at least 1. Default 8 MiB.</summary>
    public int PieceBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>How often in a row a request may fail without a byte being stored. Default 6: about half a minute of waiting.</summary>
    public int Attempts { get; init; } = 6;
}
