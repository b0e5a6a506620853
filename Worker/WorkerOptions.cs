using System.ComponentModel.DataAnnotations;

namespace ImageService.Worker;

/// <summary>Settings of the worker's jobs.</summary>
internal sealed class WorkerOptions
{
    public const string Section = "Worker";

    /// <summary>Transform jobs at once; 0 takes the number of cores. Default 0.</summary>
    [Range(0, 256, ErrorMessage = "Worker:ImageJobs must be from 0 to 256.")]
    public int ImageJobs { get; set; }

    /// <summary>Webhook calls at once. Default 4.</summary>
    [Range(1, 64, ErrorMessage = "Worker:WebhookJobs must be from 1 to 64.")]
    public int WebhookJobs { get; set; } = 4;

    /// <summary>Housekeeping jobs and imports at once. Default 2.</summary>
    [Range(1, 64, ErrorMessage = "Worker:HousekeepingJobs must be from 1 to 64.")]
    public int HousekeepingJobs { get; set; } = 2;

    /// <summary>How long the jobs that run may finish when the worker stops. Default 20 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Worker:ShutdownTimeout must be from 00:00:00 to 00:10:00.")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often the queue is measured for the metrics. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Worker:MeasureInterval must be from 00:00:01 to 01:00:00.")]
    public TimeSpan MeasureInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether each new version is measured once for <c>q_auto</c> and <c>fmt_auto</c>, which takes seconds of CPU at the lowest priority; without, both go by
    /// the map of formats. Default true.
    /// </summary>
    public bool MeasureEncodings { get; set; } = true;

    /// <summary>Transform jobs at once, resolved.</summary>
    public int EffectiveImageJobs => ImageJobs > 0 ? ImageJobs : Environment.ProcessorCount;
}
