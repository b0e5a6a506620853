using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Metering;

/// <summary>
/// An organization's usage in money: what was sent, computed, written and held, times the operator's prices. Three questions to the database, which
/// read hours and totals however much there is.
/// </summary>
public sealed class CostReport(IOptions<CostOptions> options, ObjectStores stores)
{
    private const decimal HoursPerMonth = 730;
    private const decimal Gb = 1_000_000_000;
    private readonly CostOptions _prices = options.Value;

    public string Currency => _prices.Currency;

    /// <summary>
    /// The lines of a report. What is held is as it is now, for the length of the time asked for; what flowed is that of the hours that begin in it.
    /// </summary>
    /// <param name="db">The organization's unit of work.</param>
    /// <param name="from">From then on.</param>
    /// <param name="to">Until before then.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<CostItem>> ReadAsync(RegistryDb db, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var used = await db.UsageHours.Where(row => row.Hour >= from && row.Hour < to).GroupBy(row => row.OrganizationId)
            .Select(all => new { Bytes = all.Sum(row => row.BandwidthBytes), CpuMs = all.Sum(row => row.TransformCpuMs) }).SingleOrDefaultAsync(ct);
        List<CostItem> items =
        [
            CostItem.Of("delivery", "network", (used?.Bytes ?? 0) / Gb, "GB", _prices.BandwidthPerGb),
            CostItem.Of("transforms", "cpu", (used?.CpuMs ?? 0) / 3_600_000m, "core hour", _prices.CpuPerHour),
        ];

        var months = (decimal)(to - from).TotalHours / HoursPerMonth;
        var held = await db.StoredNow.GroupBy(row => new { row.Store, row.Tier })
            .Select(all => new { all.Key.Store, all.Key.Tier, Objects = all.Sum(row => row.Objects), Bytes = all.Sum(row => row.Bytes) })
            .Where(all => all.Objects > 0).ToListAsync(ct);
        items.AddRange(held.OrderBy(row => row.Store, StringComparer.Ordinal).ThenBy(row => row.Tier)
            .Select(row => CostItem.Of($"storage_{SnakeCase.Write(row.Tier)}", row.Store, row.Bytes / Gb * months, "GB month", Held(row.Store, row.Tier))));

        var written = await db.StoredByHour.Where(row => row.Hour >= from && row.Hour < to).GroupBy(row => row.Store)
            .Select(all => new { Store = all.Key, Objects = all.Sum(row => row.Objects) }).Where(all => all.Objects > 0).ToListAsync(ct);
        items.AddRange(written.OrderBy(row => row.Store, StringComparer.Ordinal)
            .Select(row => CostItem.Of("storage_writes", row.Store, row.Objects / 1000m, "1000 writes", PricesOf(row.Store).WritesPer1000)));
        return items;
    }

    private decimal Held(string store, StorageTier tier) => tier switch
    {
        StorageTier.Hot => PricesOf(store).HotPerGbMonth,
        StorageTier.Warm => PricesOf(store).WarmPerGbMonth,
        StorageTier.Cold => PricesOf(store).ColdPerGbMonth,
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };

    /// <summary>A store that the configuration no longer names has the prices of its name, if any.</summary>
    private StorePrices PricesOf(string store) => _prices.Of(store, stores.Knows(store) ? stores.Of(store).Objects.Provider : store);
}

/// <summary>One line of a cost report.</summary>
public sealed record CostItem
{
    /// <summary><c>delivery</c>, <c>transforms</c>, <c>storage_hot</c>, <c>storage_warm</c>, <c>storage_cold</c>, <c>storage_writes</c>.</summary>
    public required string Layer { get; init; }

    /// <summary><c>network</c>, <c>cpu</c>, or a store's name.</summary>
    public required string Provider { get; init; }

    /// <summary>How much.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>Of what.</summary>
    public required string Unit { get; init; }

    /// <summary>Configured.</summary>
    public required decimal UnitPrice { get; init; }

    /// <summary>Quantity times price.</summary>
    public required decimal Cost { get; init; }

    internal static CostItem Of(string layer, string provider, decimal quantity, string unit, decimal price) =>
        new()
        {
            Layer = layer,
            Provider = provider,
            Quantity = decimal.Round(quantity, 6),
            Unit = unit,
            UnitPrice = price,
            Cost = decimal.Round(quantity * price, 6),
        };
}
