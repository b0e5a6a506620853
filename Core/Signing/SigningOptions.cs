using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Signing;

/// <summary>Settings of signed URLs.</summary>
public sealed class SigningOptions
{
    public const string Section = "Signing";

    /// <summary>How often the counts of verified requests per key are written. Default 10 seconds: what a killed process can lose.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = "Signing:CountFlushInterval must be from 00:00:00.1 to 01:00:00.")]
    public TimeSpan CountFlushInterval { get; set; } = TimeSpan.FromSeconds(10);
}
