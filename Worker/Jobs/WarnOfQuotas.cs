using Hangfire;
using ImageService.Core.Quotas;

namespace ImageService.Worker.Jobs;

/// <summary>Tells of monthly quotas that are used to 80 % or more.</summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class WarnOfQuotas(QuotaWarnings warnings, ILogger<WarnOfQuotas> log)
{
    public async Task RunAsync(CancellationToken ct)
    {
        var told = await warnings.TellAsync(ct);
        if (told > 0)
            Log.Swept(log, nameof(WarnOfQuotas), told, "quota warnings sent");
    }
}
