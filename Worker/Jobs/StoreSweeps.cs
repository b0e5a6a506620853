using ImageService.Core.Storage;

namespace ImageService.Worker.Jobs;

/// <summary>Removal by prefix, for sweeps.</summary>
internal static class StoreSweeps
{
    /// <summary>Removes every object below a prefix.</summary>
    /// <returns>How many were there.</returns>
    public static async Task<int> DeletePrefixAsync(this IObjectStore store, string prefix, CancellationToken ct)
    {
        // Listed to the end first: not every store allows removal while it lists.
        List<string> keys = [];
        await foreach (var listed in store.ListAsync(prefix, ct)) keys.Add(listed.Key);
        foreach (var key in keys) await store.DeleteAsync(key, ct);
        return keys.Count;
    }
}
