using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ImageService.Api.RateLimiting;

/// <summary>How rate limits are kept. What the limits are is a policy of each organization.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "Api:RateLimiting";

    /// <summary>Largest block of requests leased from Redis at once; smaller limits lease a hundredth of themselves. Default 100.</summary>
    [Range(1, 100_000, ErrorMessage = "Api:RateLimiting:MaxBlock must be from 1 to 100000.")]
    public int MaxBlock { get; set; } = 100;

    /// <summary>
    /// Answers 401, 403 and 404 that one address may get per minute before it is answered 429 without a look. 0: no limit. Default 600.
    /// </summary>
    [Range(0, 1_000_000, ErrorMessage = "Api:RateLimiting:ScansPerMinute must be from 0 (no limit) to 1000000.")]
    public int ScansPerMinute { get; set; } = 600;

    /// <summary>
    /// Failed attempts with a password, a code or a reset link, and requests for reset links, that one address may make per minute, over all accounts. 0:
    /// no limit. Default 30.
    /// </summary>
    [Range(0, 1_000_000, ErrorMessage = "Api:RateLimiting:GuessesPerMinute must be from 0 (no limit) to 1000000.")]
    public int GuessesPerMinute { get; set; } = 30;

    /// <summary>
    /// Whether the limits by address spare loopback. Behind a proxy on the same machine that is not in <c>Api:TrustedProxies</c>, all callers look like
    /// loopback,
    /// and limiting it would shut out everybody. Default true.
    /// </summary>
    public bool SpareLoopback { get; set; } = true;

    /// <summary>Addresses remembered by each limit; beyond it everything counted so far is forgotten early. Default 100000.</summary>
    [Range(100, 10_000_000, ErrorMessage = "Api:RateLimiting:MaxAddresses must be from 100 to 10000000.")]
    public int MaxAddresses { get; set; } = 100_000;
}

[OptionsValidator]
internal sealed partial class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>;
