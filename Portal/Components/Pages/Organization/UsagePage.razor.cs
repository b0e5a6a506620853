using System.Globalization;
using System.Text.Json;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Organization;

/// <summary>What was used: by day, tenant, space or key; from which layers; what was saved; against the month's quotas; in money.</summary>
public sealed partial class UsagePage : LoadedPage
{
    private const double Mega = 1_000_000;

    private IReadOnlyList<UsageItem>? _items;
    private UsageItem? _sum;
    private CostResponse? _cost;
    private IReadOnlyList<QuotaLine> _month = [];
    private string[] _labels = [];
    private int _days = 30;
    private string _by = "day";

    [Parameter]
    public required string Organization { get; set; }

    [SupplyParameterFromQuery(Name = "days")]
    private int? Days { get; set; }

    [SupplyParameterFromQuery(Name = "by")]
    private string? By { get; set; }

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    protected override string Subject => $"{Organization} {Days} {By}";

    private Level At => new(Organization);

    private string Head => _by switch { "day" => "Day (UTC)", "tenant" => "Tenant", "space" => "Space", _ => "API key" };

    /// <summary>Price of a GB sent; null where it is not told.</summary>
    private decimal? Price => _cost?.Items.FirstOrDefault(item => item.Layer == "delivery")?.UnitPrice;

    private List<ChartSeries<double>> Bytes =>
        [.. Series("Sent", item => item.BandwidthBytes / Mega), .. Series("As originals", item => item.OriginalBytes / Mega)];

    protected override async Task LoadAsync()
    {
        (_days, _by) = (Days is > 0 and <= 400 ? Days.Value : 30, By is "tenant" or "space" or "key" ? By : "day");
        var now = Clock.GetUtcNow();
        if (_by is "tenant" or "space")
            await Workspace.PlacesAsync(Organization, Leaving);
        var usage = Client.GetUsageAsync(Organization, now.AddDays(-_days), now, _by, Leaving);
        var cost = Workspace.May("usage:read", At) ? Client.GetUsageCostAsync(Organization, now.AddDays(-_days), now, Leaving) : null;
        _items = Take(await usage)?.Items;
        _cost = cost is null ? null : (await cost).Value;
        _month = await ReadMonthAsync(now);
        _sum = _items is null ? null : UsageItem.Sum(_items);

        // Few enough that they can be read.
        var every = Math.Max(1, (_items?.Count ?? 0) / 8);
        _labels = [.. (_items ?? []).Select((item, place) => place % every == 0 ? item.Date?.ToString("d MMM", CultureInfo.InvariantCulture) ?? "" : "")];
    }

    private async Task<IReadOnlyList<QuotaLine>> ReadMonthAsync(DateTimeOffset now)
    {
        var first = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var (usage, policies) = (Client.GetUsageAsync(Organization, first, now, "day", Leaving), Client.ListPoliciesAsync(At, Leaving));
        if ((await usage).Value is not { } used || (await policies).Value is not { } set)
            return [];
        var sum = UsageItem.Sum(used.Items);
        var pace = (first.AddMonths(1) - first) / (now - first);
        return
        [
            .. Line("quota_requests_per_month", "Requests", sum.Requests, pace, value => value.ToString("N0", CultureInfo.InvariantCulture)),
            .. Line("quota_bandwidth_bytes_per_month", "Sent", sum.BandwidthBytes, pace, Sizes.Write),
            .. Line("quota_transforms_per_month", "Transforms", sum.Transforms, pace, value => value.ToString("N0", CultureInfo.InvariantCulture)),
            .. Line("quota_transform_cpu_ms_per_month", "CPU time", sum.TransformCpuMs, pace, CpuText),
            .. Line("quota_storage_bytes", "Held", sum.StorageBytes, 1, Sizes.Write),
        ];

        IEnumerable<QuotaLine> Line(string key, string name, long value, double factor, Func<long, string> write)
        {
            if (set.Items.FirstOrDefault(policy => policy.Key == key)?.Effective is not { ValueKind: JsonValueKind.Number } quota)
                yield break;
            yield return QuotaLine.Of(name, value, quota.GetInt64(), factor, write);
        }
    }

    private void Go(string name, string value) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, value), new NavigationOptions { ReplaceHistoryEntry = true });

    private List<ChartSeries<double>> Series(string name, Func<UsageItem, double> value) =>
        [new ChartSeries<double> { Name = name, Data = _items!.Select(value).ToArray() }];

    private string Name(UsageItem item) => _by switch
    {
        "day" => item.Date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
        "tenant" or "space" when item.Tenant is null || (_by == "space" && item.Space is null) => "deleted",
        "tenant" or "space" => Workspace.PathOf(new Level(Organization, item.Tenant, _by == "space" ? item.Space : null))!,
        _ => item.KeyName ?? "image traffic, without a key",
    };

    private string Money(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"{amount:0.00##} {_cost!.Currency}");

    private static string CpuText(long ms) => ms >= 60_000 ? $"{ms / 60_000.0:0.#} min" : $"{ms / 1000.0:0.0} s";

    private async Task SaveAsync()
    {
        var lines =
            _items!.Select(item =>
                string.Join(',', Csv(Name(item)), item.Requests, item.BandwidthBytes, item.Transforms, item.TransformCpuMs, item.StorageBytes,
            item.MemoryHits, item.RedisHits, item.StorageHits, item.Misses, item.OriginalBytes, item.Errors));
        const string Columns = "requests,bandwidthBytes,transforms,transformCpuMs,storageBytes,memoryHits,redisHits,storageHits,misses,originalBytes,errors";
        await using var module = await Script.InvokeAsync<IJSObjectReference>("import", Leaving, "./js/portal.js");
        await module.InvokeVoidAsync("save", Leaving, $"usage-{Organization}-{_by}.csv", "text/csv", string.Join("\r\n", lines.Prepend($"{_by},{Columns}")));
    }

    private static string Csv(string text) =>
        $"\"{(text is ['=' or '+' or '-' or '@', ..] ? "'" + text : text).Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
