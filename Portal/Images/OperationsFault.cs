namespace ImageService.Portal.Images;

/// <summary>Why the service makes no image of operations as they are written.</summary>
/// <param name="Detail">Its own words.</param>
/// <param name="Position">First character of the operation it stumbled over, 1 and up; null where it is about no single one.</param>
/// <param name="Length">Characters of that operation.</param>
public sealed record OperationsFault(string Detail, int? Position, int Length)
{
    /// <summary>The text in three parts: before the fault, the fault, after it.</summary>
    public (string Before, string At, string After) Mark(string text)
    {
        var start = Math.Clamp((Position ?? 1) - 1, 0, text.Length);
        var end = Position is null ? start : Math.Min(text.Length, start + Math.Max(1, Length));
        return (text[..start], text[start..end], text[end..]);
    }
}
