namespace ImageService.Core.Errors;

/// <summary>An expected failure: what a caller did or met, in words that tell what to do. Bugs and broken infrastructure are exceptions.</summary>
/// <param name="Code">What kind of failure; decides the HTTP status.</param>
/// <param name="Detail">One or two sentences for the caller. Never holds secrets, stack traces or other tenants' data.</param>
public sealed record Error(ErrorCode Code, string Detail)
{
    /// <summary>How long the caller should wait before trying again; becomes <c>Retry-After</c> (whole seconds, rounded up).</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How much there was of what is used up; becomes <c>X-RateLimit-Limit</c> where the status is 429.</summary>
    public long? Limit { get; init; }

    /// <summary>Further members of the problem document (RFC 9457 section 3.2), for example <c>position</c> and <c>operation</c>.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }
}
