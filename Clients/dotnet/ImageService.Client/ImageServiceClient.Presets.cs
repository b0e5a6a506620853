using System.Net.Http.Json;

namespace ImageService.Client;

public sealed partial class ImageServiceClient
{
    /// <summary>The presets of a level itself, by slug.</summary>
    public async Task<IReadOnlyList<Preset>> ListPresetsAsync(Level level, CancellationToken ct = default)
    {
        List<Preset> all = [];
        string? cursor = null;
        do
        {
            var page = await SendAsync(
                HttpMethod.Get, level.Path + "/presets" + (cursor is null ? "" : "?cursor=" + Uri.EscapeDataString(cursor)), null,
                    ClientJson.Default.PagePreset, ct).ConfigureAwait(false);
            all.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return all;
    }

    public Task<Preset> GetPresetAsync(Level level, string slug, CancellationToken ct = default) =>
        SendPresetAsync(HttpMethod.Get, PresetPath(level, slug), null, ct);

    public Task<Preset> CreatePresetAsync(Level level, PresetContent preset, CancellationToken ct = default) =>
        SendPresetAsync(HttpMethod.Post, level.Path + "/presets", Json(preset), ct);

    /// <summary>Makes a new revision; images by the old one are made anew.</summary>
    /// <param name="level">Where the preset is.</param>
    /// <param name="preset">What is null stays.</param>
    /// <param name="etag">Refused with 412 where the preset is no longer so; null: whatever it is.</param>
    /// <param name="ct">Cancels.</param>
    public Task<Preset> UpdatePresetAsync(Level level, PresetContent preset, string? etag = null, CancellationToken ct = default) =>
        SendPresetAsync(HttpMethod.Put, PresetPath(level, preset.Slug), Json(preset), ct, etag);

    public Task DeletePresetAsync(Level level, string slug, CancellationToken ct = default) => SendAsync(HttpMethod.Delete, PresetPath(level, slug), null, ct);

    private async Task<Preset> SendPresetAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct, string? etag = null)
    {
        using var response = await SendAsync(NewRequest(method, path, content, etag), ct).ConfigureAwait(false);
        return await ReadAsync(response, ClientJson.Default.Preset, ct).ConfigureAwait(false) with { ETag = response.Headers.ETag?.ToString() };
    }

    private static JsonContent Json(PresetContent preset) => JsonContent.Create(preset, ClientJson.Default.PresetContent);

    private static string PresetPath(Level level, string slug) => $"{level.Path}/presets/{Uri.EscapeDataString(slug)}";
}
