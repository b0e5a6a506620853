using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    /// <summary>The installation; for its administrators.</summary>
    public Task<ApiAnswer<SystemResponse>> GetSystemAsync(CancellationToken ct) => GetAsync<SystemResponse>("/v1/system", null, ct);

    public Task<ApiAnswer<JobSummaryResponse>> GetJobSummaryAsync(string organization, CancellationToken ct) =>
        GetAsync<JobSummaryResponse>($"{new Level(organization).ApiPath}/jobs/summary", null, ct);

    /// <param name="organization">Slug.</param>
    /// <param name="state"><c>waiting</c>, <c>running</c>, <c>failed</c>; null for all.</param>
    /// <param name="cursor">From the page before.</param>
    /// <param name="ct">Cancels.</param>
    public Task<ApiAnswer<Page<JobResponse>>> ListJobsAsync(string organization, string? state, string? cursor, CancellationToken ct) =>
        GetAsync<Page<JobResponse>>(
            $"{new Level(organization).ApiPath}/jobs?limit=50{(state is null ? "" : $"&state={state}")}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", null, ct);

    public Task<ApiAnswer<JsonElement>> RetryJobAsync(string organization, string id, CancellationToken ct) =>
        PostAsync<JsonElement>($"{new Level(organization).ApiPath}/jobs/{Segment(id)}/retry", null, ct);

    public Task<ApiAnswer<ItemsResponse<EdgeResponse>>> ListEdgesAsync(string organization, CancellationToken ct) =>
        GetAsync<ItemsResponse<EdgeResponse>>($"{new Level(organization).ApiPath}/edges", null, ct);

    public Task<ApiAnswer<Page<PurgeResponse>>> ListPurgesAsync(string organization, CancellationToken ct) =>
        GetAsync<Page<PurgeResponse>>($"{new Level(organization).ApiPath}/purges?limit=50", null, ct);

    public Task<ApiAnswer<ItemsResponse<SlowestResponse>>> ListSlowestAsync(string organization, int limit, CancellationToken ct) =>
        GetAsync<ItemsResponse<SlowestResponse>>($"{new Level(organization).ApiPath}/usage/slowest?limit={limit}", null, ct);

    public Task<ApiAnswer<CostResponse>> GetUsageCostAsync(string organization, DateTimeOffset from, DateTimeOffset to, CancellationToken ct) =>
        GetAsync<CostResponse>($"{new Level(organization).ApiPath}/usage/cost?from={Time(from)}&to={Time(to)}", null, ct);

    public Task<ApiAnswer<Page<StoreMoveResponse>>> ListStoreMovesAsync(Level level, CancellationToken ct) =>
        GetAsync<Page<StoreMoveResponse>>($"{level.ApiPath}/store-moves?limit=20", null, ct);

    /// <summary>Sets the level's store and moves what lies elsewhere.</summary>
    public Task<ApiAnswer<StoreMoveResponse>> MoveStoreAsync(Level level, string store, CancellationToken ct) =>
        SendAsync<CreateStoreMoveRequest, StoreMoveResponse>(HttpMethod.Post, $"{level.ApiPath}/store-moves", new CreateStoreMoveRequest(store), null, ct);

    public Task<ApiAnswer<JsonElement>> StopStoreMoveAsync(Level level, Guid id, CancellationToken ct) =>
        DeleteAsync($"{level.ApiPath}/store-moves/{id}", null, ct);
}
