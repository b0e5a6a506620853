using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ImageService.Client;

// Uploads by tus 1.0.0 (https://tus.io/protocols/resumable-upload).
public sealed partial class ImageServiceClient
{
    private const string TusVersion = "1.0.0";
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Uploads in pieces. A piece that fails (the connection, a busy service) is tried again after a while from the byte that the service has; what it refuses
    /// for good is thrown at once.
    /// </summary>
    /// <param name="content">Can be sought; sent from its beginning, and stays open.</param>
    /// <param name="details">Where it goes.</param>
    /// <param name="options">Null: a new upload in pieces of 8 MiB.</param>
    /// <param name="ct">Cancels; the upload itself stays and can be resumed for a day.</param>
    /// <exception cref="ImageServiceException">The service refuses it, or stays at fault for longer than the attempts last.</exception>
    public async Task<ImageAsset> UploadResumableAsync(Stream content, UploadDetails details, ResumableUploadOptions? options = null,
        CancellationToken ct = default)
    {
        options ??= new ResumableUploadOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PieceBytes, 1, nameof(options));
        if (!content.CanSeek)
            throw new ArgumentException("The stream must be one that can be sought, so that a part of it can be sent again.", nameof(content));

        var failed = 0;
        var (upload, offset, asset) = (options.Upload, options.Upload is null ? 0L : -1, (string?)null);
        while (asset is null)
        {
            try
            {
                if (upload is null)
                {
                    upload = await CreateUploadAsync(content.Length, details, ct).ConfigureAwait(false);
                    if (options.Created is { } created)
                        await created(upload, ct).ConfigureAwait(false);
                }

                var before = offset;
                (offset, asset) = offset < 0
                    ? await AskOffsetAsync(upload, content.Length, ct).ConfigureAwait(false)
                    : await SendPieceAsync(upload, content, offset, options.PieceBytes, ct).ConfigureAwait(false);
                options.Progress?.Report(offset);
                if (before >= 0 && (offset > before || asset is not null))
                    failed = 0;
                else if (before >= 0 && asset is null)
                    throw new HttpRequestException("The service took no byte of a piece.");
            }
            catch (Exception exception) when (CanGoOn(exception, ct) && ++failed < options.Attempts)
            {
                if (upload is not null)
                    offset = -1;
                await Task.Delay(Wait(exception, failed), _clock, ct).ConfigureAwait(false);
            }
        }

        return await GetAssetAsync(asset, ct).ConfigureAwait(false);
    }

    /// <summary>Gives an upload up; what was stored of it is removed.</summary>
    public async Task TerminateUploadAsync(Uri upload, CancellationToken ct = default)
    {
        using var response = await SendAsync(NewTusRequest(HttpMethod.Delete, upload), ct).ConfigureAwait(false);
    }

    private async Task<Uri> CreateUploadAsync(long length, UploadDetails details, CancellationToken ct)
    {
        var request = NewTusRequest(HttpMethod.Post, new Uri(_http.BaseAddress!, "v1/uploads"));
        request.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Metadata",
            string.Join(',', Fields(details).Select(field => $"{field.Name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(field.Value))}")));
        using var response = await SendAsync(request, ct).ConfigureAwait(false);
        return new Uri(_http.BaseAddress!, response.Headers.Location ?? throw new HttpRequestException("The service did not say where the upload is."));
    }

    private async Task<(long Offset, string? Asset)> AskOffsetAsync(Uri upload, long length, CancellationToken ct)
    {
        using var response = await SendAsync(NewTusRequest(HttpMethod.Head, upload), ct).ConfigureAwait(false);
        if (Number(response, "Upload-Length") is { } there && there != length)
            throw new InvalidDataException($"The upload is one of {there} bytes, the stream has {length}.");
        return (Number(response, "Upload-Offset") ?? throw new HttpRequestException("The service did not say how far the upload is."), Asset(response));
    }

    private async Task<(long Offset, string? Asset)> SendPieceAsync(Uri upload, Stream content, long offset, int pieceBytes, CancellationToken ct)
    {
        var length = Math.Min(pieceBytes, content.Length - offset);
        content.Position = offset;
        var request = NewTusRequest(HttpMethod.Patch, upload);
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        request.Content = new StreamContent(new StreamSlice(content, length));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        request.Content.Headers.ContentLength = length;
        using var response = await SendAsync(request, ct).ConfigureAwait(false);
        return (Number(response, "Upload-Offset") ?? offset + length, Asset(response));
    }

    private HttpRequestMessage NewTusRequest(HttpMethod method, Uri upload)
    {
        var request = NewRequest(method, upload);
        request.Headers.Add("Tus-Resumable", TusVersion);
        return request;
    }

    /// <summary>Another writer at the same offset (409) and a piece that came damaged (460) are answered by asking where the upload stands.</summary>
    private static bool CanGoOn(Exception exception, CancellationToken ct) => !ct.IsCancellationRequested && exception switch
    {
        ImageServiceException problem => problem.IsTransient || problem.Status is HttpStatusCode.Conflict || (int)problem.Status == 460,
        HttpRequestException or IOException => true,
        TaskCanceledException => true, // the HttpClient's own timeout
        _ => false,
    };

    private static TimeSpan Wait(Exception exception, int failed)
    {
        var wait = (exception as ImageServiceException)?.RetryAfter ?? FirstWait * Math.Pow(2, failed - 1);
        return wait < LongestWait ? wait : LongestWait;
    }

    private static string? Asset(HttpResponseMessage response) => response.Headers.TryGetValues("X-Asset-Id", out var values) ? values.First() : null;

    private static long? Number(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;
}
