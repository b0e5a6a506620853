using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Metering;

/// <summary>
/// What the operator pays for, so that usage can be told in money. The defaults are list prices of public clouds in one region, for orientation: set your
/// own.
/// </summary>
public sealed class CostOptions
{
    public const string Section = "Costs";

    /// <summary>Currency of every price. Default <c>USD</c>.</summary>
    [Required(ErrorMessage = "Costs:Currency is empty. Name the currency of the prices, such as USD.")]
    public string Currency { get; set; } = "USD";

    /// <summary>A GB (10⁹ bytes) sent to the public, through a CDN or not. Default 0.085.</summary>
    [Range(0, 1000, ErrorMessage = "Costs:BandwidthPerGb must be from 0 to 1000.")]
    public decimal BandwidthPerGb { get; set; } = 0.085m;

    /// <summary>An hour of one core. Default 0.04.</summary>
    [Range(0, 1000, ErrorMessage = "Costs:CpuPerHour must be from 0 to 1000.")]
    public decimal CpuPerHour { get; set; } = 0.04m;

    /// <summary>
    /// Prices of stores, by a store's name or its provider; the name wins. Defaults for <c>file</c> (nothing), <c>s3</c>, <c>gcs</c>, <c>azure</c>.
    /// </summary>
    public Dictionary<string, StorePrices> Stores { get; } = new(StringComparer.Ordinal)
    {
        ["file"] = new StorePrices(),
        ["s3"] = new StorePrices { HotPerGbMonth = 0.023m, WarmPerGbMonth = 0.0125m, ColdPerGbMonth = 0.004m, WritesPer1000 = 0.005m },
        ["gcs"] = new StorePrices { HotPerGbMonth = 0.020m, WarmPerGbMonth = 0.010m, ColdPerGbMonth = 0.004m, WritesPer1000 = 0.005m },
        ["azure"] = new StorePrices { HotPerGbMonth = 0.018m, WarmPerGbMonth = 0.010m, ColdPerGbMonth = 0.0036m, WritesPer1000 = 0.0065m },
    };

    /// <summary>The prices of a store.</summary>
    /// <param name="store">Its name.</param>
    /// <param name="provider">Its provider.</param>
    public StorePrices Of(string store, string provider) => Stores.GetValueOrDefault(store) ?? Stores.GetValueOrDefault(provider) ?? new StorePrices();
}

/// <summary>What a store costs.</summary>
public sealed class StorePrices
{
    /// <summary>A GB (10⁹ bytes) held hot for a month.</summary>
    public decimal HotPerGbMonth { get; set; }

    /// <summary>A GB held warm for a month.</summary>
    public decimal WarmPerGbMonth { get; set; }

    /// <summary>A GB held cold for a month.</summary>
    public decimal ColdPerGbMonth { get; set; }

    /// <summary>A thousand objects written.</summary>
    public decimal WritesPer1000 { get; set; }
}
