using System.Text.Json;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Outbound;
using ImageService.Core.Tenancy;

namespace ImageService.Api.Uploads;

/// <summary>Upload by URL.</summary>
internal static class FetchEndpoint
{
    private const int MaxUrlLength = 4096;

    public static async Task<IResult> Fetch(
        FetchRequest request, Visit visit, PageOrigin page, HttpContext http, CallerPlaces places, RemoteImageFetcher fetcher, StagingArea staging,
        AssetIngestor ingestor, UploadAnswer answer,
        CancellationToken ct)
    {
        if (request.Url is not { Length: > 0 and <= MaxUrlLength } text || !Uri.TryCreate(text, UriKind.Absolute, out var url))
            return Problems.Invalid($"url must be an absolute URL of at most {MaxUrlLength} characters.").ToProblem();
        if (!(await places.FindSpaceAsync(visit.Caller, request.Tenant, request.Space, Scopes.ImageWrite, ct)).TryGet(out var space, out var error))
            return error.ToProblem();
        if (page.Judge(space) is { } foreign)
            return foreign.ToProblem();
        if (!ReadTags(request.Tags).TryGet(out var tags, out error)
            || !UploadDetails.Read(request.Filename, request.Folder, tags, request.Access).TryGet(out var details, out error))
            return error.ToProblem();
        if (!(await StageAsync(space, url, fetcher, staging, ct)).TryGet(out var fetched, out error))
            return error.ToProblem();
        await using var file = fetched.File;
        var named = string.IsNullOrEmpty(request.Filename) ? details with { Filename = AssetNames.Filename(fetched.Filename) } : details;
        return await answer.OfAsync(http, space, await ingestor.IngestAsync(named.For(space, visit.Caller.Id), file, ct), ct);
    }

    /// <summary>Tags as the form has them: one text with commas.</summary>
    internal static Result<string> ReadTags(JsonElement? tags) => tags switch
    {
        null or { ValueKind: JsonValueKind.Null } => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray()
            .All(tag => tag.ValueKind is JsonValueKind.String && !tag.GetString()!.Contains(',', StringComparison.Ordinal)) =>
            string.Join(',', list.EnumerateArray().Select(tag => tag.GetString())),
        _ => Problems.Invalid("tags must be a list of texts without commas, or one text with commas."),
    };

    private static async Task<Result<FetchedFile>> StageAsync(SpaceScope space, Uri url, RemoteImageFetcher fetcher, StagingArea staging, CancellationToken ct)
    {
        if (!(await fetcher.OpenAsync(url, space.Policy.MaxUploadBytes, ct)).TryGet(out var image, out var refusal))
            return refusal;
        await using (image)
        {
            try
            {
                return (await staging.StageAsync(space.OrganizationId, image.Content, StagingTarget.For(space.Policy), ct)).Map(
                    file => new FetchedFile(file, image.Filename));
            }
            catch (IOException)
            {
                return OutboundErrors.FetchFailed("Its server broke off or took too long.");
            }
        }
    }

    private sealed record FetchedFile(StagedFile File, string Filename);
}

/// <summary>Body of <c>POST /v1/assets/fetch</c>.</summary>
internal sealed record FetchRequest
{
    /// <summary>Absolute, http or https, without credentials.</summary>
    public string? Url { get; init; }

    /// <summary>Slug.</summary>
    public string? Tenant { get; init; }

    /// <summary>Slug.</summary>
    public string? Space { get; init; }

    /// <summary>Absolute path; <c>/</c> where absent.</summary>
    public string? Folder { get; init; }

    /// <summary>A list of texts, or one text with commas.</summary>
    public JsonElement? Tags { get; init; }

    /// <summary><c>public</c> or <c>private</c>; by policy where absent.</summary>
    public string? Access { get; init; }

    /// <summary>From the URL where absent.</summary>
    public string? Filename { get; init; }
}
