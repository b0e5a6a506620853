using System.Globalization;
using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    /// <param name="organization">Slug.</param>
    /// <param name="from">From then on.</param>
    /// <param name="to">Until before then.</param>
    /// <param name="groupBy"><c>day</c>, <c>tenant</c>, <c>space</c> or <c>key</c>.</param>
    /// <param name="ct">Cancels.</param>
    public Task<ApiAnswer<UsageResponse>> GetUsageAsync(string organization, DateTimeOffset from, DateTimeOffset to, string groupBy, CancellationToken ct) =>
        GetAsync<UsageResponse>($"{new Level(organization).ApiPath}/usage?from={Time(from)}&to={Time(to)}&groupBy={groupBy}", null, ct);

    public Task<ApiAnswer<Page<AuditLogResponse>>> ListAuditLogsAsync(string organization, AuditFilter filter, CancellationToken ct) =>
        GetAsync<Page<AuditLogResponse>>($"{new Level(organization).ApiPath}/audit-logs?{filter.ToQuery()}", null, ct);

    /// <summary>Begins to read an export, one JSON object a line; the caller disposes the answer.</summary>
    public async Task<HttpResponseMessage> ExportAuditLogsAsync(string organization, string query, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{new Level(organization).ApiPath}/audit-logs/export{query}");
        await AuthorizeAsync(request, null);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    public Task<ApiAnswer<AuditVerificationResponse>> VerifyAuditLogsAsync(string organization, CancellationToken ct) =>
        GetAsync<AuditVerificationResponse>($"{new Level(organization).ApiPath}/audit-logs/verify", null, ct);

    public Task<ApiAnswer<IdentityProviderResponse>> GetIdentityProviderAsync(string organization, CancellationToken ct) =>
        GetAsync<IdentityProviderResponse>($"{new Level(organization).ApiPath}/identity-provider", null, ct);

    public Task<ApiAnswer<IdentityProviderResponse>> SetIdentityProviderAsync(string organization, SetIdentityProviderRequest request, CancellationToken ct) =>
        SendAsync<SetIdentityProviderRequest, IdentityProviderResponse>(HttpMethod.Put, $"{new Level(organization).ApiPath}/identity-provider", request, null,
            ct);

    public Task<ApiAnswer<JsonElement>> RemoveIdentityProviderAsync(string organization, CancellationToken ct) =>
        DeleteAsync($"{new Level(organization).ApiPath}/identity-provider", null, ct);

    private static string Time(DateTimeOffset time) => Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture));
}

/// <summary>Which audit lines.</summary>
internal sealed record AuditFilter
{
    public required string? Action { get; init; }

    public required string? Actor { get; init; }

    public required DateTimeOffset? From { get; init; }

    public required DateTimeOffset? To { get; init; }

    public required string? Cursor { get; init; }

    public required int Limit { get; init; }

    /// <summary>Type, id, or <c>type/id</c>.</summary>
    public string? Resource { get; init; }

    /// <summary>As a query; without a limit of 0, which an export has no use for.</summary>
    public string ToQuery()
    {
        List<string> parts = Limit > 0 ? [$"limit={Limit}"] : [];
        Add("resource", Resource);
        Add("action", Action);
        Add("actor", Actor);
        Add("from", From?.ToString("O", CultureInfo.InvariantCulture));
        Add("to", To?.ToString("O", CultureInfo.InvariantCulture));
        Add("cursor", Cursor);
        return string.Join('&', parts);

        void Add(string name, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
                parts.Add($"{name}={Uri.EscapeDataString(value.Trim())}");
        }
    }
}
