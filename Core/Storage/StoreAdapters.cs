using ImageService.Core.Telemetry;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Storage;

/// <summary>
/// The adapters of the configured stores, the default one first; bare for the probe, and with what every caller goes through: a breaker and counters.
/// </summary>
internal sealed class StoreAdapters : IDisposable
{
    public static readonly string[] Providers =
    [
        FileObjectStore.ProviderName, S3ObjectStore.ProviderName, MinioObjectStore.ProviderName, AzureObjectStore.ProviderName, GcsObjectStore.ProviderName,
    ];

    public StoreAdapters(IOptions<StorageOptions> options, IConfiguration configuration, ImageServiceMetrics metrics, TimeProvider time)
    {
        All = [.. options.Value.Named().Select(store => Create(store.Name, store.Options, configuration, metrics, time))];
    }

    /// <summary>At least one.</summary>
    public IReadOnlyList<StoreAdapter> All { get; }

    public void Dispose()
    {
        foreach (var disposable in All.Select(store => store.Bare).OfType<IDisposable>())
            disposable.Dispose();
    }

    private static StoreAdapter Create(string name, StoreOptions options, IConfiguration configuration, ImageServiceMetrics metrics, TimeProvider time)
    {
        options.ConnectionString ??= configuration.GetConnectionString(name);
        IObjectStore bare = options.Provider.ToLowerInvariant() switch
        {
            FileObjectStore.ProviderName => new FileObjectStore(options.Root!),
            S3ObjectStore.ProviderName => new S3ObjectStore(options, time),
            MinioObjectStore.ProviderName => new MinioObjectStore(options),
            AzureObjectStore.ProviderName => new AzureObjectStore(options, time),
            GcsObjectStore.ProviderName => new GcsObjectStore(options),
            var other => throw new OptionsValidationException(
                nameof(StorageOptions), typeof(StorageOptions),
                [$"Storage provider '{other}' of store '{name}' is unknown. Known: {string.Join(", ", Providers)}."]),
        };
        return new StoreAdapter(name, bare, new MeasuredObjectStore(bare is FileObjectStore ? bare : new ResilientObjectStore(bare, options, time), metrics));
    }
}

/// <summary>One configured store.</summary>
/// <param name="Name">Key below <c>Storage:Stores</c>.</param>
/// <param name="Bare">The adapter itself.</param>
/// <param name="Objects">What callers use.</param>
internal sealed record StoreAdapter(string Name, IObjectStore Bare, IObjectStore Objects);
