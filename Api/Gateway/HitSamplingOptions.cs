using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Gateway;

/// <summary>How many hits in memory are traced. Section <c>Api:Tracing</c>.</summary>
internal sealed class HitSamplingOptions
{
    public const string Section = "Api:Tracing";

    /// <summary>
    /// Share of hits in memory that get a span, 0 to 1, where the caller does not say. Default: 1 in development, else 0.01. Everything else is traced
    /// always.
    /// </summary>
    [Range(0.0, 1.0, ErrorMessage = "Api:Tracing:HitShare must be from 0 (none) to 1 (all).")]
    public double? HitShare { get; set; }

    /// <summary>Most such spans in a second. Default 100.</summary>
    [Range(0, 1_000_000, ErrorMessage = "Api:Tracing:MostHitsPerSecond must be from 0 to 1000000.")]
    public int MostHitsPerSecond { get; set; } = 100;
}

[OptionsValidator]
internal sealed partial class HitSamplingOptionsValidator : IValidateOptions<HitSamplingOptions>;
