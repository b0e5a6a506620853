using Hangfire;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>Retires signing keys whose grace period is over. Verification looks at the time by itself; this makes the state say so.</summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class RetireSigningKeys(RegistryFactory registry, TimeProvider time, ILogger<RetireSigningKeys> log)
{
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = registry.ForSystem();
        var retired = await db.SigningKeys.Where(key => key.State == SigningKeyState.VerifyOnly && key.VerifyUntil < now)
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.State, SigningKeyState.Retired), ct);
        Log.Swept(log, nameof(RetireSigningKeys), retired, "signing keys retired");
    }
}
