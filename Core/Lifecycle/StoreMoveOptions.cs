using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Lifecycle;

/// <summary>How objects are moved from one store to another.</summary>
public sealed class StoreMoveOptions
{
    public const string Section = "Storage:Moves";

    /// <summary>How long the source keeps what was moved, for readers that still know the old place and for a change of mind. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00", ErrorMessage = "Storage:Moves:GracePeriod must be from 00:00:00 to 365.00:00:00.")]
    public TimeSpan GracePeriod { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Most bytes copied per second by one move. Default 52428800 (50 MiB/s).</summary>
    [Range(1024, long.MaxValue, ErrorMessage = "Storage:Moves:BytesPerSecond must be at least 1024.")]
    public long BytesPerSecond { get; set; } = 50L << 20;

    /// <summary>Asset versions copied at once by one move. Default 4.</summary>
    [Range(1, 64, ErrorMessage = "Storage:Moves:Concurrency must be from 1 to 64.")]
    public int Concurrency { get; set; } = 4;
}
