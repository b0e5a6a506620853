using System.Net.Http.Headers;
using System.Text.Json;

namespace ImageService.Portal.Client;

internal sealed partial class ImageServiceClient
{
    /// <summary>Overlays in force at a level, those of the levels above included.</summary>
    public Task<ApiAnswer<IReadOnlyList<OverlayResponse>>> ListOverlaysAsync(Level level, CancellationToken ct) =>
        GetAllAsync<OverlayResponse>($"{level.ApiPath}/overlays?effective=true", null, ct);

    public Task<ApiAnswer<OverlayResponse>> CreateOverlayAsync(Level level, SaveOverlayRequest request, CancellationToken ct) =>
        SendAsync<SaveOverlayRequest, OverlayResponse>(HttpMethod.Post, $"{level.ApiPath}/overlays", request, null, ct);

    /// <summary>Writes a new revision.</summary>
    public Task<ApiAnswer<OverlayResponse>> ReviseOverlayAsync(Level level, SaveOverlayRequest request, CancellationToken ct) =>
        SendAsync<SaveOverlayRequest, OverlayResponse>(HttpMethod.Put, $"{level.ApiPath}/overlays/{Segment(request.Slug)}", request, null, ct);

    public Task<ApiAnswer<JsonElement>> DeleteOverlayAsync(Level level, string slug, CancellationToken ct) =>
        DeleteAsync($"{level.ApiPath}/overlays/{Segment(slug)}", null, ct);

    /// <summary>Draws elements that are not saved.</summary>
    public Task<ApiAnswer<OverlayPreviewResponse>> PreviewOverlayAsync(Level level, PreviewOverlayRequest request, CancellationToken ct) =>
        SendAsync<PreviewOverlayRequest, OverlayPreviewResponse>(HttpMethod.Post, $"{level.ApiPath}/overlays/preview", request, null, ct);

    public Task<ApiAnswer<ItemsResponse<FontResponse>>> ListFontsAsync(string organization, CancellationToken ct) =>
        GetAsync<ItemsResponse<FontResponse>>($"{new Level(organization).ApiPath}/fonts", null, ct);

    /// <summary>Uploads a font; without a slug it is named by its family and style.</summary>
    public async Task<ApiAnswer<FontResponse>> UploadFontAsync(string organization, Stream file, string? slug, CancellationToken ct)
    {
        using var form = new MultipartFormDataContent();
        using var part = new StreamContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(part, "file", "font");
        using var name = new StringContent(slug ?? "");
        if (!string.IsNullOrWhiteSpace(slug))
            form.Add(name, "slug");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{new Level(organization).ApiPath}/fonts") { Content = form };
        return await SendAsync<FontResponse>(request, null, ct);
    }

    public Task<ApiAnswer<JsonElement>> DeleteFontAsync(string organization, string slug, CancellationToken ct) =>
        DeleteAsync($"{new Level(organization).ApiPath}/fonts/{Segment(slug)}", null, ct);
}
