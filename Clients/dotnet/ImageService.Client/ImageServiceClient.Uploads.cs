using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace ImageService.Client;

public sealed partial class ImageServiceClient
{
    /// <summary>Uploads a stream from where it stands, in one request; memory does not grow with it. It stays open.</summary>
    /// <returns>The asset; the one that was there where the same bytes already are in that space.</returns>
    public Task<ImageAsset> UploadAsync(Stream content, UploadDetails details, CancellationToken ct = default)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in Fields(details))
            form.Add(new StringContent(value), name);
        form.Add(File(content), "file", "file");
        return SendAssetAsync(HttpMethod.Post, "/v1/assets", form, ct);
    }

    /// <summary>Uploads a new version of an asset; the older ones keep their URLs.</summary>
    public Task<ImageAsset> ReplaceContentAsync(string id, Stream content, string? etag = null, CancellationToken ct = default)
    {
        var form = new MultipartFormDataContent { { File(content), "file", "file" } };
        return SendAssetAsync(HttpMethod.Put, AssetPath(id) + "/content", form, ct, etag);
    }

    /// <summary>Lets the service fetch a picture that lies elsewhere.</summary>
    public Task<ImageAsset> FetchAsync(Uri url, UploadDetails details, CancellationToken ct = default)
    {
        var request = new FetchRequest
        {
            Url = url.AbsoluteUri,
            Tenant = details.Tenant,
            Space = details.Space,
            Filename = details.Filename,
            Folder = details.Folder,
            Tags = details.Tags,
            Access = details.Access,
        };
        return SendAssetAsync(HttpMethod.Post, "/v1/assets/fetch", JsonContent.Create(request, ClientJson.Default.FetchRequest), ct);
    }

    private static StreamContent File(Stream content)
    {
        var file = new StreamContent(new StreamSlice(content, content.CanSeek ? content.Length - content.Position : long.MaxValue));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return file;
    }

    /// <summary>What is told of an upload, under the names that forms and tus share.</summary>
    private static IEnumerable<(string Name, string Value)> Fields(UploadDetails details)
    {
        yield return ("tenant", details.Tenant);
        yield return ("space", details.Space);
        yield return ("filename", details.Filename);
        if (details.Folder is not null)
            yield return ("folder", details.Folder);
        if (details.Tags.Count > 0)
            yield return ("tags", string.Join(',', details.Tags));
        if (details.Access is { } access)
            yield return ("access", access is ImageAccess.Private ? "private" : "public");
    }
}
