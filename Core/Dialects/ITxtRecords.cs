namespace ImageService.Core.Dialects;

/// <summary>The TXT records of a name.</summary>
public interface ITxtRecords
{
    /// <summary>Asks for them now, past every cache of this machine.</summary>
    Task<TxtAnswer> ReadAsync(string name, CancellationToken ct);
}

/// <summary>What DNS says of a name.</summary>
/// <param name="Texts">Empty where the name has no such record.</param>
/// <param name="Failure">Why nobody knows whether it has; null where it is known.</param>
public sealed record TxtAnswer(IReadOnlyList<string> Texts, string? Failure);
