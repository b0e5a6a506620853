namespace ImageService.Core.Storage;

/// <summary>Shorter ways to say what callers say most.</summary>
public static class ObjectStoreExtensions
{
    /// <summary>Writes an object, replacing one of the same key.</summary>
    /// <returns>Bytes written.</returns>
    public static async Task<long> PutAsync(this IObjectStore store, string key, Stream content, string contentType, CancellationToken ct) =>
        (await store.PutAsync(key, content, new PutOptions(contentType), ct)).SizeBytes;

    /// <summary>Removes every object below a prefix.</summary>
    /// <returns>How many were there.</returns>
    public static async Task<int> DeletePrefixAsync(this IObjectStore store, string prefix, CancellationToken ct)
    {
        // Listed to the end first: not every store allows removal while it lists.
        List<string> keys = [];
        await foreach (var listed in store.ListAsync(prefix, ct))
            keys.Add(listed.Key);
        await store.DeleteManyAsync(keys, ct);
        return keys.Count;
    }
}
