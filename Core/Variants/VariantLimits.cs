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

    /// <summary>Asks whether one more variant may be made; the place is held until it is published.</summary>
    public async Task<LimitsPlace> EnterAsync(VariantDescription description, bool isOwn, CancellationToken ct)
    {
        var place = isOwn ? LimitsPlace.Free : await EnterBudgetAsync(description, ct);
        if (place.Refusal is not null || (await measured.JudgeTransformAsync(description.Space, ct) ?? await quota.TakeAsync(description.Space, ct)) is not { } used)
            return place;
        place.Dispose();
        return new LimitsPlace(used, null);
    }

    /// <summary>Counts what a transform took, ms of CPU time, against the month's quota.</summary>
    public void NoteCpu(VariantDescription description, long milliseconds) => measured.NoteCpu(description.Space, milliseconds);

    private async Task<LimitsPlace> EnterBudgetAsync(VariantDescription description, CancellationToken ct)
    {
        var key = (description.Key.AssetId, description.Key.Version);
        var others = _underWay.AddOrUpdate(key, 1, static (_, count) => count + 1) - 1;
        var place = new LimitsPlace(null, () => Leave(key));
        var budget = description.Space.Policy.VariantBudget;
        try
        {
            if (await store.CountAsync(description, ct) + others < budget)
                return place;
            place.Dispose();
            return new LimitsPlace(VariantErrors.BudgetExceeded(budget), null);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            // While the registry is away nothing is recorded that the budget could count; cores and the gate bound what is made.
            Log.QuotaNotCounted(logger, exception);
            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private void Leave((Guid AssetId, int Version) key)
    {
        // Zero entries go, or the dictionary would grow by one for every asset ever asked for.
        if (_underWay.AddOrUpdate(key, 0, static (_, count) => count - 1) <= 0)
            _underWay.TryRemove(new KeyValuePair<(Guid, int), int>(key, 0));
    }
}

/// <summary>A place within the limits, or the refusal.</summary>
public sealed class LimitsPlace(Error? refusal, Action? leave) : IDisposable
{
    private Action? _leave = leave;

    /// <summary>A place that counts against nothing.</summary>
    public static LimitsPlace Free { get; } = new(null, null);

    public Error? Refusal => refusal;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
