using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.StoreMoves;

/// <summary>Asks for a move.</summary>
/// <param name="Store">Name of the store that everything goes to.</param>
internal sealed record StoreMoveRequest(string? Store);

/// <summary>A move and how far it is.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Store">Name of the store that everything goes to.</param>
/// <param name="State"><c>queued</c>, <c>copying</c>, <c>cleaning</c> (all is read from the target; the sources are emptied after the time of grace),
/// <c>done</c>, <c>stopped</c>, <c>failed</c>.</param>
/// <param name="Assets">Asset versions to move.</param>
/// <param name="Bytes">Bytes of their originals.</param>
/// <param name="Done">Asset versions moved.</param>
/// <param name="DoneBytes">Bytes written to the target, variants included.</param>
/// <param name="Failed">Asset versions that could not be moved and are served from where they lie.</param>
/// <param name="Problem">Why, or what the move waits for.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="UpdatedAt">Last progress.</param>
/// <param name="CopiedAt">When everything was copied.</param>
internal sealed record StoreMoveResponse(
    Guid Id, string Store, string State, long Assets, long Bytes, long Done, long DoneBytes, long Failed, string? Problem, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? CopiedAt)
{
    public static StoreMoveResponse Of(StoreMove move) => new(
        move.Id, move.Store, SnakeCase.Write(move.State), move.Assets, move.Bytes, move.Done, move.DoneBytes, move.Failed, move.Problem, move.CreatedAt,
        move.UpdatedAt, move.CopiedAt);
}
