namespace ImageService.Core.Storage;

/// <summary>
/// Every store of the operator's configuration by its name. Reads follow the row, which knows the name of the store that its object lies in; writes follow
/// policy <c>store</c>; removals by key or prefix go to all of them, so that an object under way between two is not forgotten.
/// </summary>
public sealed class ObjectStores
{
    private readonly Dictionary<string, NamedStore> _byName;

    /// <param name="stores">The first is the default.</param>
    public ObjectStores(IReadOnlyList<NamedStore> stores)
    {
        All = stores;
        _byName = stores.ToDictionary(store => store.Name, StringComparer.Ordinal);
    }

    /// <summary>One store, named as its provider.</summary>
    public ObjectStores(IObjectStore only)
        : this([new NamedStore(only.Provider, only)])
    {
    }

    /// <summary>Where what no policy places is written.</summary>
    public NamedStore Default => All[0];

    public IReadOnlyList<NamedStore> All { get; }

    public bool Knows(string name) => _byName.ContainsKey(name);

    /// <summary>The store of a name; the default one where there is no name.</summary>
    /// <exception cref="ObjectStoreException">The configuration names no such store (any more).</exception>
    public NamedStore Of(string? name) =>
        name is null ? Default
        : _byName.TryGetValue(name, out var store) ? store
        : throw new ObjectStoreException($"There is no store '{name}' in the configuration. Add Storage:Stores:{name}, or move what lies there first.");

    /// <summary>Removes objects from every store.</summary>
    public async Task DeleteEverywhereAsync(IReadOnlyCollection<string> keys, CancellationToken ct)
    {
        foreach (var store in All)
            await store.Objects.DeleteManyAsync(keys, ct);
    }

    /// <summary>Removes every object below a prefix from every store.</summary>
    /// <returns>How many were there.</returns>
    public async Task<int> DeletePrefixEverywhereAsync(string prefix, CancellationToken ct)
    {
        var removed = 0;
        foreach (var store in All)
            removed += await store.Objects.DeletePrefixAsync(prefix, ct);
        return removed;
    }
}

/// <summary>A store under the name that rows and policies know it by.</summary>
/// <param name="Name">Key below <c>Storage:Stores</c>; the provider's name where only one store is configured.</param>
/// <param name="Objects">The store.</param>
public sealed record NamedStore(string Name, IObjectStore Objects);
