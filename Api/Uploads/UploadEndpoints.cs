using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Uploads;

/// <summary>Every way for an image to come in: multipart, a new version, by URL, resumable, straight to the store.</summary>
internal static class UploadEndpoints
{
    /// <summary>Bytes of a multipart body that are not the file, at most.</summary>
    private const long Overhead = 4 * 1024 * 1024;

    public static void AddUploads(this IServiceCollection services)
    {
        services.AddSingleton<MultipartUpload>();
        services.AddSingleton<UploadAnswer>();
        services.AddSingleton<TusUploads>();
    }

    public static void MapUploads(this IEndpointRouteBuilder routes)
    {
        var assets = routes.MapGroup("/v1/assets").WithTags("Uploads");
        assets.MapPost("", Create).RequireScopeSomewhere(Scopes.ImageWrite).Idempotent().OpenToPages().WithMetadata(new DisableRequestSizeLimitAttribute())
            .TakesFile("tenant", "space", "folder", "tags", "access", "filename")
            .Describe("uploadAsset", "Upload an image",
                "multipart/form-data with file, tenant, space and optionally folder, tags (comma-separated), access, filename. "
                + "200 with deduplicated: true where the same bytes are already in the space.")
            .Answers<AssetResponse>(201).Answers<AssetResponse>().Fails(400, 403, 404, 409, 413, 415, 422, 503);
        assets.MapPut("/{id}/content", Replace).RequireScopeSomewhere(Scopes.ImageWrite).OpenToPages()
            .WithMetadata(new DisableRequestSizeLimitAttribute(), new TakesUploadTicket())
            .TakesFile()
            .Describe("replaceAssetContent", "Upload a new version", "multipart/form-data with file. Older versions stay addressable.")
            .Answers<AssetResponse>().Fails(400, 403, 404, 412, 413, 415, 422, 503);
        assets.MapPost("/fetch", FetchEndpoint.Fetch).RequireScopeSomewhere(Scopes.ImageWrite).Idempotent().OpenToPages().WithMetadata(new TakesUploadTicket())
            .Describe("fetchAsset", "Upload an image by URL", "Only public addresses are fetched from, at most three redirects are followed.")
            .Answers<AssetResponse>(201).Answers<AssetResponse>().Fails(400, 403, 404, 409, 413, 415, 422, 503);
        CrossOriginUploads.MapPreflight(assets, "", HttpMethods.Post);
        CrossOriginUploads.MapPreflight(assets, "/{id}/content", HttpMethods.Put);
        CrossOriginUploads.MapPreflight(assets, "/fetch", HttpMethods.Post);
        routes.MapVersionRestore();
        routes.MapTus();
        routes.MapPresigned();
        routes.MapUploadTickets();
    }

    private static async Task<IResult> Create(
        Visit visit, PageOrigin page, HttpContext http, MultipartUpload multipart, CallerPlaces places, AssetIngestor ingestor, UploadAnswer answer,
        IOptions<IngestionOptions> options, CancellationToken ct)
    {
        SpaceScope? space = null;
        var read = await multipart.ReadAsync(http.Request, CallerPlaces.OrganizationOf(visit.Caller), TargetAsync, ct);
        if (!read.TryGet(out var received, out var error))
            return error.ToProblem();
        await using var file = received;
        if (space is null && !(await places.FindSpaceAsync(visit.Caller, received["tenant"], received["space"], Scopes.ImageWrite, ct)).TryGet(out space,
            out error))
            return error.ToProblem();
        if (page.Judge(space) is { } foreign)
            return foreign.ToProblem();
        if (!received.ReadDetails().TryGet(out var details, out error))
            return error.ToProblem();
        return await answer.OfAsync(http, space, await ingestor.IngestAsync(details.For(space, visit.Caller.Id), received.File, ct), ct);

        // The place is usually named before the file: then nothing is taken in that could not stay.
        async Task<Result<StagingTarget>> TargetAsync(IReadOnlyDictionary<string, string> fields)
        {
            if (!fields.TryGetValue("tenant", out var tenant) || !fields.TryGetValue("space", out var name))
                return new StagingTarget(options.Value.MaxStagedBytes);
            if (!(await places.FindSpaceAsync(visit.Caller, tenant, name, Scopes.ImageWrite, ct)).TryGet(out space, out var refusal))
                return refusal;
            if (page.Judge(space) is { } foreign)
                return foreign;
            return http.Request.ContentLength - Overhead > space.Policy.MaxUploadBytes
                ? IngestionErrors.TooLarge(space.Policy.MaxUploadBytes) : StagingTarget.For(space.Policy);
        }
    }

    private static async Task<IResult> Replace(
        string id, Visit visit, PageOrigin page, HttpContext http, RegistryFactory registry, AssetFinder finder, MultipartUpload multipart,
        AssetIngestor ingestor, UploadAnswer answer,
        CancellationToken ct)
    {
        FoundAsset? found;
        await using (var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller)))
        {
            if (!(await finder.FindAsync(db, visit.Caller, id, Scopes.ImageWrite, deleted: false, ct)).TryGet(out found, out var absent))
                return absent.ToProblem();
        }

        if ((page.Judge(found.Space) ?? Judge(found.Asset)) is { } refused)
            return refused.ToProblem();
        var target = StagingTarget.For(found.Space.Policy);
        if (!(await multipart.ReadAsync(http.Request, found.Space.OrganizationId, _ => Task.FromResult<Result<StagingTarget>>(target), ct)).TryGet(
            out var received, out var error))
            return error.ToProblem();
        await using var file = received;
        return await answer.OfVersionAsync(http, found.Space, await ingestor.ReplaceAsync(found.Space, found.Asset.Id, Judge, received.File, ct), ct);

        Error? Judge(Asset asset) => IfMatch.Check(http, asset.RowVersion);
    }
}

/// <summary>Answers an upload.</summary>
internal sealed class UploadAnswer(AssetView view, RegistryFactory registry)
{
    /// <summary>201 with the new asset, 200 with the one that was there, or the problem.</summary>
    public async Task<IResult> OfAsync(HttpContext http, SpaceScope space, Result<IngestedAsset> result, CancellationToken ct)
    {
        if (!result.TryGet(out var ingested, out var error))
            return error.ToProblem();
        var shown = await ShowAsync(http, space, ingested, ct);
        return ingested.Deduplicated ? Results.Ok(shown) : Results.Created($"/v1/assets/{shown.Id}", shown);
    }

    /// <summary>200 with the asset in its new version, or the problem.</summary>
    public async Task<IResult> OfVersionAsync(HttpContext http, SpaceScope space, Result<IngestedAsset> result, CancellationToken ct) =>
        result.TryGet(out var ingested, out var error) ? Results.Ok(await ShowAsync(http, space, ingested, ct)) : error.ToProblem();

    private async Task<AssetResponse> ShowAsync(HttpContext http, SpaceScope space, IngestedAsset ingested, CancellationToken ct)
    {
        http.SetETag(ingested.Asset.RowVersion);
        return await view.ShowAsync(http, space, ingested.Asset, ingested.Version, await UseAsync(ingested, ct), ingested.Deduplicated, ct);
    }

    /// <summary>What came a moment ago was never used: only of what was there before is asked.</summary>
    private async Task<AssetUse?> UseAsync(IngestedAsset ingested, CancellationToken ct)
    {
        if (ingested is { Deduplicated: false, Version.Version: 1 })
            return null;
        await using var db = registry.ForOrganization(ingested.Asset.OrganizationId);
        return await db.AssetUses.AsNoTracking().SingleOrDefaultAsync(use => use.AssetId == ingested.Asset.Id, ct);
    }
}
