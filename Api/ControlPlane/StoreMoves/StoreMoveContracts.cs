using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.StoreMoves;

/// <summary>Asks for a move.</summary>
/// <param name="Store">Name of the store that everything goes to.</param>
internal sealed record StoreMoveRequest(string? Store);

/// <summary>A move and how far it is.</summary>
internal sealed record StoreMoveResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name of the store that everything goes to.</summary>
    public required string Store { get; init; }

    /// <summary>
    /// <c>queued</c>, <c>copying</c>, <c>cleaning</c> (all is read from the target; the sources are emptied after the time of grace), <c>done</c>,
    /// <c>stopped</c>, <c>failed</c>.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Asset versions to move.</summary>
    public required long Assets { get; init; }

    /// <summary>Bytes of their originals.</summary>
    public required long Bytes { get; init; }

    /// <summary>Asset versions moved.</summary>
    public required long Done { get; init; }

    /// <summary>Bytes written to the target, variants included.</summary>
    public required long DoneBytes { get; init; }

    /// <summary>Asset versions that could not be moved and are served from where they lie.</summary>
    public required long Failed { get; init; }

    /// <summary>Why, or what the move waits for.</summary>
    public required string? Problem { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Last progress.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When everything was copied.</summary>
    public required DateTimeOffset? CopiedAt { get; init; }

    public static StoreMoveResponse Of(StoreMove move) => new()
    {
        Id = move.Id,
        Store = move.Store,
        State = SnakeCase.Write(move.State),
        Assets = move.Assets,
        Bytes = move.Bytes,
        Done = move.Done,
        DoneBytes = move.DoneBytes,
        Failed = move.Failed,
        Problem = move.Problem,
        CreatedAt = move.CreatedAt,
        UpdatedAt = move.UpdatedAt,
        CopiedAt = move.CopiedAt,
    };
}
