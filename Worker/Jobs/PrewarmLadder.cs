using Hangfire;
using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Makes the other steps of a space's width ladder once somebody has asked for one (policy <c>prewarm</c>), when no request wants the core, as far as the
/// variant budget goes. All derive from the intermediate, which is decoded for the whole ladder instead of the original. What exists is found, so running
/// twice costs little and changes nothing.
/// </summary>
[AutomaticRetry(Attempts = 3)]
internal sealed class PrewarmLadder(AssetDirectory assets, VariantProvider variants, VariantStore store, ILogger<PrewarmLadder> log)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Makes them, from the smallest.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="assetId">What.</param>
    /// <param name="version">Which version of it.</param>
    /// <param name="operations">Canonical, of the step that was made.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="VariantHasToWaitException">The machine has no place for it at the moment.</exception>
    [Queue(JobQueues.Images)]
    public async Task RunAsync(Guid organizationId, Guid assetId, int version, string operations, CancellationToken ct)
    {
        // Deleted, moved to another space or forbidden meanwhile: then nobody needs them.
        if (await assets.FindPlaceAsync(organizationId, assetId, ct) is not { Space.Policy: { Prewarm: true } policy } place)
            return;
        if (await assets.FindAsync(place.Space, new AssetId(assetId), version, ct) is not { } facts)
            return;
        if (!OperationsParser.Parse(operations).TryGet(out var asked, out _) || asked.Format?.Fixed is not { } format)
            return;
        foreach (var sibling in LadderSiblings.Of(asked, policy, facts.Width))
        {
            var request = new VariantRequest
            {
                Space = place.Space,
                AssetId = facts.AssetId,
                Version = version,
                Operations = sibling,
                Extension = format,
                IsOwn = true,
            };
            if (!(await variants.DescribeAsync(request, ct)).TryGet(out var description, out var error))
                return;
            if (await store.CountAsync(description, ct) >= policy.VariantBudget)
                return;
            if ((await variants.EnsureAsync(request, ct)).TryGet(out _, out error))
                continue;

            // A month's quota is not waited for.
            if (error.RetryAfter is { } wait && wait <= LongestWait)
                throw new VariantHasToWaitException($"The ladder of asset {assetId} has to wait: {error.Detail}");
            Log.PrewarmStopped(log, assetId, version, error.Code, error.Detail);
            return;
        }
    }
}
