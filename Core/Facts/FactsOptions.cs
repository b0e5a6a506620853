using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Facts;

/// <summary>How long facts of the registry are believed without being told otherwise.</summary>
public sealed class FactsOptions
{
    public const string Section = "Caching:Facts";

    /// <summary>Most facts kept in memory. Defaults to 200000.</summary>
    [Range(1000, 10_000_000, ErrorMessage = "Caching:Facts:MaxEntries must be from 1000 to 10000000.")]
    public int MaxEntries { get; set; } = 200_000;

    /// <summary>Age at which a fact is looked up again although no change was heard of. Defaults to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Caching:Facts:MaxAge must be from 00:00:01 to 00:10:00.")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The same while changes cannot be heard of, and the silence after which that is assumed. Defaults to 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:30", ErrorMessage = "Caching:Facts:MaxAgeUnheard must be from 00:00:01 to 00:00:30.")]
    public TimeSpan MaxAgeUnheard { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Age at which "there is no such thing" is looked up again. Defaults to 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30", ErrorMessage = "Caching:Facts:MaxAgeOfNothing must be from 00:00:00 to 00:00:30.")]
    public TimeSpan MaxAgeOfNothing { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How old the facts behind images that everyone may see can get while the database does not answer; 00:00:00 refuses instead. Defaults to 15 min.
    /// Keys, sessions and signing keys are never answered from old facts.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "Caching:Facts:StaleLimit must be from 00:00:00 (never) to 1.00:00:00.")]
    public TimeSpan StaleLimit { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a look-up may take before an old fact is used instead, where one may be. Defaults to 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:30", ErrorMessage = "Caching:Facts:Patience must be from 00:00:00.010 to 00:00:30.")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);
}

[OptionsValidator]
internal sealed partial class FactsOptionsValidator : IValidateOptions<FactsOptions>;
