using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace ImageService.Portal.Client;

/// <summary>What the Api answered: a value with its entity tag, or a problem to show.</summary>
internal readonly record struct ApiAnswer<T>(T? Value, ApiProblem? Problem, string? ETag = null)
{
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool IsSuccess => Problem is null;
}

/// <summary>A problem document (RFC 9457), or what stands for one where the Api could not be reached.</summary>
/// <param name="TotpRequired">Right password, but the second factor is missing.</param>
public sealed record ApiProblem(string? Title, int? Status, string? Detail, string? Code, bool TotpRequired = false)
{
    public static readonly ApiProblem Unreachable =
        new("The service cannot be reached", null, "The Api does not answer right now. Try again in a moment.", "unreachable");

    /// <summary>The session ended.</summary>
    [JsonIgnore]
    public bool IsSignedOut => Status == 401;

    /// <summary>One line for people.</summary>
    [JsonIgnore]
    public string Text => Detail ?? Title ?? $"The service answered {Status}.";
}
