using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    /// <summary>Presets in force at a level, those of the levels above included.</summary>
    public Task<ApiAnswer<IReadOnlyList<PresetResponse>>> ListPresetsAsync(Level level, CancellationToken ct) =>
        GetAllAsync<PresetResponse>($"{level.ApiPath}/presets?effective=true", null, ct);

    public Task<ApiAnswer<PresetResponse>> CreatePresetAsync(Level level, SavePresetRequest request, CancellationToken ct) =>
        SendAsync<SavePresetRequest, PresetResponse>(HttpMethod.Post, $"{level.ApiPath}/presets", request, null, ct);

    /// <summary>Writes a new revision.</summary>
    public Task<ApiAnswer<PresetResponse>> RevisePresetAsync(Level level, SavePresetRequest request, CancellationToken ct) =>
        SendAsync<SavePresetRequest, PresetResponse>(HttpMethod.Put, $"{level.ApiPath}/presets/{Segment(request.Slug)}", request, null, ct);

    public Task<ApiAnswer<JsonElement>> DeletePresetAsync(Level level, string slug, CancellationToken ct) =>
        DeleteAsync($"{level.ApiPath}/presets/{Segment(slug)}", null, ct);

    /// <summary>What saving it would do; nothing is changed.</summary>
    public Task<ApiAnswer<ChangeEffect>> TryPresetAsync(Level level, SavePresetRequest request, bool isNew, CancellationToken ct) => isNew
        ? SendAsync<SavePresetRequest, ChangeEffect>(HttpMethod.Post, $"{level.ApiPath}/presets?dryRun=true", request, null, ct)
        : SendAsync<SavePresetRequest, ChangeEffect>(HttpMethod.Put, $"{level.ApiPath}/presets/{Segment(request.Slug)}?dryRun=true", request, null, ct);

    /// <summary>Its revisions, newest first; at the level where it is set.</summary>
    public Task<ApiAnswer<ItemsResponse<PresetRevisionResponse>>> ListPresetRevisionsAsync(Level level, string slug, CancellationToken ct) =>
        GetAsync<ItemsResponse<PresetRevisionResponse>>($"{level.ApiPath}/presets/{Segment(slug)}/revisions", null, ct);

    /// <summary>How far its variants are made for assets already there; 404 where none were asked for.</summary>
    public Task<ApiAnswer<PresetGenerationResponse>> GetGenerationAsync(Level level, string slug, CancellationToken ct) =>
        GetAsync<PresetGenerationResponse>($"{level.ApiPath}/presets/{Segment(slug)}/generation", null, ct);

    public Task<ApiAnswer<JsonElement>> StopGenerationAsync(Level level, string slug, CancellationToken ct) =>
        DeleteAsync($"{level.ApiPath}/presets/{Segment(slug)}/generation", null, ct);
}
