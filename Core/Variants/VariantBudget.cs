using System.Collections.Concurrent;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// What keeps made-up URLs from making variants of one asset version without end. Variants that exist are never counted again.
/// Asked before the work is done, so that it is not done in vain; what several replicas make at the same moment is counted again when it is published.
/// </summary>
public sealed class VariantBudget(VariantStore store, ILogger<VariantBudget> logger)
{
    private readonly ConcurrentDictionary<(Guid AssetId, int Version), int> _underWay = new();

    /// <summary>Asks whether one more variant may be made; the place is held until it is published.</summary>
    /// <returns>The place, or <see cref="ErrorCode.VariantBudgetExceeded"/>.</returns>
    public async Task<Result<BudgetPlace>> EnterAsync(VariantDescription description, CancellationToken ct)
    {
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
            Log.BudgetNotCounted(logger, exception);
            isIn = true;
        }
        finally
        {
            if (!isIn)
                Leave(key);
        }

        return isIn ? new BudgetPlace(() => Leave(key)) : VariantErrors.BudgetExceeded(budget);
    }

    private void Leave((Guid AssetId, int Version) key)
    {
        // Zero entries go, or the dictionary would grow by one for every asset ever asked for.
        if (_underWay.AddOrUpdate(key, 0, static (_, count) => count - 1) <= 0)
            _underWay.TryRemove(new KeyValuePair<(Guid, int), int>(key, 0));
    }
}

/// <summary>A place within the budget, left by disposing it.</summary>
public sealed class BudgetPlace(Action? leave) : IDisposable
{
    private Action? _leave = leave;

    /// <summary>A place that counts against nothing.</summary>
    public static BudgetPlace Free => new(null);

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
