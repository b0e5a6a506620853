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
public sealed record ApiProblem
{
    public required string? Title { get; init; }

    public required int? Status { get; init; }

    public required string? Detail { get; init; }

    public required string? Code { get; init; }

    /// <summary>Right password, but the second factor is missing.</summary>
    public bool TotpRequired { get; init; }

    public static readonly ApiProblem Unreachable = new()
    {
        Title = "The service cannot be reached",
        Status = null,
        Detail = "The Api does not answer right now. Try again in a moment.",
        Code = "unreachable",
    };

    /// <summary>What a page says where the Api's list has no such thing.</summary>
    public static ApiProblem NotFound(string title, string detail = "It was deleted, or the address is mistyped.") =>
        new() { Title = title, Status = 404, Detail = detail, Code = "not_found" };

    /// <summary>An answer without a problem document, by its status line.</summary>
    public static ApiProblem OfStatus(string? reason, int status) => new() { Title = reason, Status = status, Detail = null, Code = null };

    /// <summary>The session ended.</summary>
    [JsonIgnore]
    public bool IsSignedOut => Status == 401;

    /// <summary>One line for people.</summary>
    [JsonIgnore]
    public string Text => Detail ?? Title ?? $"The service answered {Status}.";
}
