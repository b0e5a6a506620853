using System.Globalization;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace ImageService.Portal.Components.Pages.Organization;

/// <summary>
/// An organization at a glance: what is used against what is allowed, what needs attention, its spaces, its newest images. Without one, the person's
/// organizations.
/// </summary>
public sealed partial class HomePage : LoadedPage
{
    private const int MostNewest = 8;
    private const int MostSlow = 5;
    private const double NearlyUsedUp = 0.8;
    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(14);

    private readonly List<(string Text, string Address)> _attention = [];
    private IReadOnlyList<TenantPlaces>? _places;
    private IReadOnlyList<AssetResponse> _newest = [];
    private Dictionary<string, long> _quotas = new(StringComparer.Ordinal);
    private IReadOnlyList<SlowestResponse> _slowest = [];
    private SetupSteps? _setup;
    private UsageItem? _today;
    private UsageItem? _month;
    private string? _organization;
    private bool _loaded;

    /// <summary>Slug; null on the start page.</summary>
    [Parameter]
    public string? Organization { get; set; }

    protected override string Subject => Organization ?? "";

    private Level At => new(_organization ?? Organization ?? "");

    private IReadOnlyList<(string Name, long Count, string Mark)> Layers =>
    [
        ("Memory", _month!.MemoryHits, "layer-memory"), ("Redis", _month.RedisHits, "layer-redis"), ("Store", _month.StorageHits, "layer-store"),
        ("Made", _month.Misses, "layer-made"),
    ];

    protected override async Task LoadAsync()
    {
        _loaded = false;
        _attention.Clear();
        if (Organization is null && Workspace.Organizations.Count == 1)
        {
            Navigation.NavigateTo($"/o/{Workspace.Organizations.Keys.Single()}", new NavigationOptions { ReplaceHistoryEntry = true });
            return;
        }

        _organization = Organization;
        if (_organization is not null)
        {
            if (Take(await Workspace.PlacesAsync(_organization, Leaving)) is not { } places)
                return;
            _places = places;
            await Task.WhenAll(LoadUsageAsync(_organization), LoadNewestAsync(_organization), LoadKeysAsync(_organization), LoadWebhooksAsync(_organization),
                LoadSignaturesAsync(_organization), LoadWorkAsync(_organization));
        }

        _loaded = true;
    }

    private static string AccessText(SpaceResponse space) => space.DefaultAccess switch
    {
        "private" => "New images are private",
        "public" => "New images are public",
        _ => "Access as the policy says",
    };

    private async Task LoadUsageAsync(string organization)
    {
        if (!Workspace.MaySomewhere("usage:read", At))
            return;
        var now = Clock.GetUtcNow();
        var first = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero);
        var usage = await Client.GetUsageAsync(organization, first, now.AddMinutes(1), "day", Leaving);
        var policies = await Client.ListPoliciesAsync(At, Leaving);
        if (!usage.IsSuccess || !policies.IsSuccess)
            return;
        _today = UsageItem.Sum([.. usage.Value.Items.Where(item => item.Date == DateOnly.FromDateTime(now.UtcDateTime))]);
        _month = UsageItem.Sum(usage.Value.Items);
        _quotas =
            policies.Value.Items.Where(
                policy => policy.Key.StartsWith("quota_", StringComparison.Ordinal) && policy.Effective.ValueKind is System.Text.Json.JsonValueKind.Number)
            .ToDictionary(policy => policy.Key, policy => policy.Effective.GetInt64(), StringComparer.Ordinal);
        Warn("quota_requests_per_month", _month.Requests, "requests");
        Warn("quota_bandwidth_bytes_per_month", _month.BandwidthBytes, "bandwidth");
        Warn("quota_transforms_per_month", _month.Transforms, "transforms");
        Warn("quota_storage_bytes", _month.StorageBytes, "storage");
    }

    private void Warn(string policy, long used, string what)
    {
        if (_quotas.TryGetValue(policy, out var quota)
            && used >= quota * NearlyUsedUp) _attention.Add(($"{used * 100.0 / Math.Max(1, quota):0} % of the quota of {what} is used", $"{At.Address}/usage"));
    }

    private async Task LoadNewestAsync(string organization)
    {
        if (!Workspace.MaySomewhere("image:read", At))
            return;
        var newest = await Client.ListAssetsAsync(organization, new AssetFilter("", "") { Limit = MostNewest }, Leaving);
        _newest = newest.Value?.Items ?? [];
    }

    private async Task LoadKeysAsync(string organization)
    {
        if (!Workspace.MaySomewhere("key:write", At))
            return;
        var now = Clock.GetUtcNow();
        var keys = await Client.ListApiKeysAsync(organization, Leaving);
        foreach (var key in keys.Value ?? [])
        {
            if (key.RevokedAt is null && key.ExpiresAt is { } ends && ends > now
                && ends - now < EndsSoon) _attention.Add(($"The key “{key.Name}” ends {Images.Times.Relative(ends, now)}", $"{At.Address}/api-keys"));
        }
    }

    private async Task LoadWebhooksAsync(string organization)
    {
        if (!Workspace.May("tenant:write", At))
            return;
        var webhooks = await Client.ListWebhooksAsync(organization, Leaving);
        foreach (var webhook in webhooks.Value ?? [])
        {
            var address = $"{At.Address}/webhooks/{webhook.Id}";
            if (!webhook.Enabled)
                _attention.Add(($"The webhook to {webhook.Url} is off", address));
            else if (webhook.LastError is { } error)
                _attention.Add(($"The webhook to {webhook.Url} fails: {error}", address));
        }
    }

    private async Task LoadSignaturesAsync(string organization)
    {
        if (!Workspace.May("audit:read", At) || !Workspace.MaySomewhere("key:write", At))
            return;
        var address = $"{At.Address}/signing-keys";
        var answer = await Client.SumSignatureReportsAsync(organization, Leaving);
        if (!answer.IsSuccess)
            _attention.Add(($"Refused signatures cannot be told: {answer.Problem.Text}", address));
        foreach (var sum in answer.Value?.Items.Where(sum => sum.Refused > 0) ?? [])
        {
            var place = Workspace.PathOf(new Level(organization, sum.Tenant, sum.Space));
            _attention.Add(($"{Requests(sum.Refused)} refused for the signature in {place} this week", address));
        }
    }

    private static string Requests(long count) => count == 1 ? "1 request was" : $"{count:N0} requests were";

    /// <summary>What took long, what failed, and what a new organization lacks.</summary>
    private async Task LoadWorkAsync(string organization)
    {
        if (Workspace.May("image:read", At))
            _slowest = (await Client.ListSlowestAsync(organization, MostSlow, Leaving)).Value?.Items ?? [];
        if (!Workspace.May("tenant:write", At))
            return;
        if ((await Client.GetJobSummaryAsync(organization, Leaving)).Value is { Failed: > 0 } jobs)
            _attention.Add(($"{jobs.Failed} {(jobs.Failed == 1 ? "job has" : "jobs have")} failed", $"{At.Address}/jobs?state=failed"));
        if ((await Client.ListPurgesAsync(organization, Leaving)).Value?.Items.Where(purge => purge.State == "failed")
            .Select(purge => purge.Edge).Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } edges)
            _attention.Add(($"Purges fail at {string.Join(", ", edges)}", $"{At.Address}/edges"));
        _setup = (await SetupSteps.ReadAsync(Client, Workspace, organization, Clock.GetUtcNow(), Leaving)).Value;
    }

    private RenderFragment Quota(string text, long used, string policy, Func<long, string> write) => builder =>
    {
        builder.OpenElement(0, "div");
        builder.AddAttribute(1, "class", "figure");
        builder.OpenElement(2, "span");
        builder.AddAttribute(3, "class", "muted");
        builder.AddContent(4, text);
        builder.CloseElement();
        builder.OpenElement(5, "strong");
        builder.AddContent(6, write(used));
        builder.CloseElement();
        if (_quotas.TryGetValue(policy, out var quota))
        {
            builder.OpenElement(7, "span");
            builder.AddAttribute(8, "class", "muted");
            builder.AddContent(9, $"of {write(quota)}");
            builder.CloseElement();
            builder.OpenElement(10, "div");
            builder.AddAttribute(11, "class", "meter");
            builder.AddMarkupContent(12,
                string.Create(CultureInfo.InvariantCulture, $"<span style=\"width:{Math.Min(100, used * 100.0 / Math.Max(1, quota)):0.#}%\"></span>"));
            builder.CloseElement();
        }

        builder.CloseElement();
    };

    private async Task CreateTenantAsync()
    {
        var dialog = await Dialogs.ShowAsync<PlaceDialog>("New tenant", new DialogParameters<PlaceDialog> { { one => one.Example, "Website" } });
        if (await dialog.Result is not { Canceled: false, Data: NewPlace place })
            return;
        var answer = await Client.CreateTenantAsync(_organization!, new CreateTenantRequest(place.Slug, place.Name), Leaving);
        await AfterAsync(answer.Problem, $"{place.Name} is made");
    }

    private async Task CreateSpaceAsync()
    {
        var tenants = _places!.Select(one => one.Tenant).Where(tenant => Workspace.May("tenant:write", new Level(_organization!, tenant.Slug))).ToList();
        var dialog =
            await Dialogs.ShowAsync<PlaceDialog>("New space",
                new DialogParameters<PlaceDialog> { { one => one.Example, "Product photos" }, { one => one.Tenants, tenants } });
        if (await dialog.Result is not { Canceled: false, Data: NewPlace place })
            return;
        var answer = await Client.CreateSpaceAsync(_organization!, place.Tenant!, new CreateSpaceRequest(place.Slug, place.Name, place.Access), Leaving);
        await AfterAsync(answer.Problem, $"{place.Name} is made");
        if (answer.IsSuccess)
            Navigation.NavigateTo(new Level(_organization!, place.Tenant, answer.Value.Slug).Address);
    }

    private async Task AfterAsync(ApiProblem? problem, string done)
    {
        Snackbar.Add(problem?.Text ?? done, problem is null ? Severity.Success : Severity.Error);
        if (problem is not null)
            return;
        Workspace.Forget(_organization!);
        await ReloadAsync();
    }
}
