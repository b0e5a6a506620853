using Hangfire.Server;

namespace ImageService.Worker.Jobs;

/// <summary>Which of its attempts a job is at.</summary>
internal static class JobAttempts
{
    /// <summary>Whether nothing comes after this one.</summary>
    /// <param name="context">Of the run; null counts as the first attempt.</param>
    /// <param name="retries">What the job's <c>AutomaticRetry</c> says.</param>
    public static bool IsLast(this PerformContext? context, int retries) => context?.GetJobParameter<int>("RetryCount") >= retries;
}
