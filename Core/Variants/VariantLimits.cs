using System.Collections.Concurrent;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// What keeps made-up URLs from making variants without end: the variant budget of the asset version and the month's quotas of transforms and their CPU time.
/// Variants that exist are never counted again. Asked before the work is done, so that it is not done in vain; what several replicas make at the same moment is counted again when it is published.
/// </summary>
public sealed class VariantLimits(VariantStore store, TransformQuota quota, MeasuredQuotas measured, ILogger<VariantLimits> logger)
{
    private readonly ConcurrentDictionary<(Guid AssetId, int Version), int> _underWay = new();

    /// <summary>Asks whether one more variant may be made; the place is held until it is published, and what did not run is given back.</summary>
    /// <returns>The place, or <see cref="ErrorCode.VariantBudgetExceeded"/> or <see cref="ErrorCode.PeriodicQuotaExceeded"/>.</returns>
    public async Task<Result<LimitsPlace>> EnterAsync(VariantDescription description, bool isOwn, CancellationToken ct)
    {
        if (!(await EnterBudgetAsync(description, isOwn, ct)).TryGet(out var leave, out var over))
            return over;
        LimitsPlace? place = null;
        try
        {
            if (await measured.JudgeTransformAsync(description.Space, ct) is { } used)
                return used;
            if (!(await quota.TakeAsync(description.Space, ct)).TryGet(out var month, out var full))
                return full;
            return place = new LimitsPlace(leave, month is { } taken ? () => quota.GiveBackAsync(description.Space, taken) : null);
        }
        finally
        {
            if (place is null)
                leave();
        }
    }

    /// <summary>Counts what a transform took, ms of CPU time, against the month's quota.</summary>
    public void NoteCpu(VariantDescription description, long milliseconds) => measured.NoteCpu(description.Space, milliseconds);

    /// <returns>What leaves the place again.</returns>
    private async Task<Result<Action>> EnterBudgetAsync(VariantDescription description, bool isOwn, CancellationToken ct)
    {
        if (isOwn)
            return (Action)(static () => { });
        var key = (description.Key.AssetId, description.Key.Version);
        var others = _underWay.AddOrUpdate(key, 1, static (_, count) => count + 1) - 1;
        var budget = description.Space.Policy.VariantBudget;
        var isIn = false;
        try
        {
            isIn = await store.CountAsync(description, ct) + others < budget;
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            // While the registry is away nothing is recorded that the budget could count; cores and the gate bound what is made.
            Log.QuotaNotCounted(logger, exception);
            isIn = true;
        }
        finally
        {
            if (!isIn)
                Leave(key);
        }

        return isIn ? (Action)(() => Leave(key)) : VariantErrors.BudgetExceeded(budget);
    }

    private void Leave((Guid AssetId, int Version) key)
    {
        // Zero entries go, or the dictionary would grow by one for every asset ever asked for.
        if (_underWay.AddOrUpdate(key, 0, static (_, count) => count - 1) <= 0)
            _underWay.TryRemove(new KeyValuePair<(Guid, int), int>(key, 0));
    }
}

/// <summary>A place within the limits. Unless <see cref="Ran"/> is said, disposing it gives back what was taken for it.</summary>
public sealed class LimitsPlace(Action leave, Func<Task>? giveBack) : IAsyncDisposable
{
    private Action? _leave = leave;
    private Func<Task>? _giveBack = giveBack;

    /// <summary>A place that counts against nothing.</summary>
    public static LimitsPlace Free => new(static () => { }, null);

    /// <summary>The transform ran, whatever came of it: it counts.</summary>
    public void Ran() => _giveBack = null;

    public async ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _leave, null)?.Invoke();
        if (Interlocked.Exchange(ref _giveBack, null) is { } giveBack)
            await giveBack();
    }
}
