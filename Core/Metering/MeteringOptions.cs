using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Metering;

/// <summary>Settings of usage counting.</summary>
public sealed class MeteringOptions
{
    public const string Section = "Metering";

    /// <summary>How often counts are written. Default 5 seconds: what a killed process can lose.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Metering:FlushInterval must be from 00:00:00.1 to 00:10:00.")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often stored bytes are measured for the metrics. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Metering:MeasureInterval must be from 00:00:01 to 01:00:00.")]
    public TimeSpan MeasureInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Distinct hourly rows held in memory until they are written; notes for more are dropped and counted. Default 100000.</summary>
    [Range(1, 10_000_000, ErrorMessage = "Metering:MaxKeys must be from 1 to 10000000.")]
    public int MaxKeys { get; set; } = 100_000;
}
