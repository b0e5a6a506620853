using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Uploads;

/// <summary>
/// Uploads that go straight to the object store by a URL that needs no credential, and become assets when the caller says they are complete.
/// Where the store cannot sign URLs, the Api makes one of its own.
/// </summary>
internal static class PresignedEndpoints
{
    private const string MediaType = "application/octet-stream";
    private const int TokenBytes = 32;

    public static void MapPresigned(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/uploads").WithTags("Direct uploads");
        group.MapPost("/presigned", Presign).RequireScopeSomewhere(Scopes.ImageWrite).Idempotent().OpenToPages()
            .Describe("presignUpload", "Get a URL to put a file to",
                "The URL needs no credential and holds for the time told. PUT the file, then call completeUrl.")
            .Answers<PresignResponse>(201).Fails(400, 403, 404, 409, 413);
        group.MapPost("/{id:guid}/complete", Complete).RequireScopeSomewhere(Scopes.ImageWrite).Idempotent().OpenToPages()
            .Describe("completeUpload", "Make an asset of a file that was put")
            .Answers<AssetResponse>(201).Answers<AssetResponse>().Fails(403, 404, 409, 410, 413, 415, 422);
        group.MapPut("/{id:guid}/content", Put).AllowAnonymous().OpenToPages().WithMetadata(new DisableRequestSizeLimitAttribute())
            .Describe("putUpload", "Put a file to a presigned URL", "The token in the URL is the credential.").AnswersNothing().Fails(403, 404, 409, 410, 413);
        CrossOriginUploads.MapPreflight(group, "/presigned", HttpMethods.Post);
        CrossOriginUploads.MapPreflight(group, "/{id}/complete", HttpMethods.Post);
        CrossOriginUploads.MapPreflight(group, "/{id}/content", HttpMethods.Put);
    }

    private static async Task<IResult> Presign(
        PresignRequest request, Visit visit, PageOrigin page, HttpContext http, CallerPlaces places, ResumableUploads uploads, IObjectStore store,
        IOptions<IngestionOptions> options, TimeProvider clock,
        CancellationToken ct)
    {
        if (!(await places.FindSpaceAsync(visit.Caller, request.Tenant, request.Space, Scopes.ImageWrite, ct)).TryGet(out var space, out var error)
            || !FetchEndpoint.ReadTags(request.Tags).TryGet(out var tags, out error)
            || !UploadDetails.Read(request.Filename, request.Folder, tags, request.Access).TryGet(out var details, out error))
            return error.ToProblem();
        if (page.Judge(space) is { } foreign)
            return foreign.ToProblem();
        var most = request.Purpose switch { null or "image" => space.Policy.MaxUploadBytes, "import" => options.Value.MaxArchiveBytes, _ => 0 };
        if (most == 0 || request.SizeBytes is null or < 1)
            return Problems.Invalid("sizeBytes must be at least 1, and purpose image or import.").ToProblem();
        if (request.SizeBytes > most)
            return IngestionErrors.TooLarge(most).ToProblem();

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        var upload =
            await uploads.CreateAsync(space, UploadKind.Presigned, request.SizeBytes.Value, details with { TokenHash = Hash(token) }, visit.Caller.Id,
                ct);
        var direct =
            await store.PresignPutAsync(ObjectKey.Staging(upload.OrganizationId, upload.Id), MediaType, upload.Length, upload.ExpiresAt - clock.GetUtcNow(),
                ct);
        var root = $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}/v1/uploads/{upload.Id}";
        return Results.Created(
            $"/v1/uploads/{upload.Id}",
            new PresignResponse
            {
                Id = upload.Id,
                Method = HttpMethods.Put,
                UploadUrl = direct?.Url.AbsoluteUri ?? $"{root}/content?org={upload.OrganizationId:n}&token={token}",
                Headers = direct?.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Type"] = MediaType },
                ExpiresAt = upload.ExpiresAt,
                CompleteUrl = $"{root}/complete",
            });
    }

    private static async Task<IResult> Put(Guid id, Guid org, string token, PageOrigin page, HttpContext http, TenantDirectory tenants,
        ResumableUploads uploads, CancellationToken ct)
    {
        var upload = await uploads.FindAsync(org, id, UploadKind.Presigned, ct);
        if (upload is null || !Fits(token, UploadDetails.Read(upload.Metadata).TokenHash))
            return Problems.NotFound.ToProblem();
        if (await tenants.FindSpaceAsync(org, upload.SpaceId, ct) is not { } space)
            return Problems.NotFound.ToProblem();
        if ((page.Judge(space) ?? Settled(upload, uploads)) is { } refused)
            return refused.ToProblem();
        if (http.Request.ContentLength > upload.Length)
            return IngestionErrors.TooLarge(upload.Length).ToProblem();
        return await uploads.PutAsync(upload, http.Request.Body, ct) is { } error ? error.ToProblem() : Results.NoContent();
    }

    private static async Task<IResult> Complete(Guid id, Visit visit, PageOrigin page, HttpContext http, CallerPlaces places, ResumableUploads uploads,
        UploadAnswer answer, CancellationToken ct)
    {
        var upload = await uploads.FindAsync(CallerPlaces.OrganizationOf(visit.Caller), id, UploadKind.Presigned, ct);
        if (!(await places.FindSpaceAsync(visit.Caller, upload?.SpaceId ?? Guid.Empty, Scopes.ImageWrite, ct)).TryGet(out var space, out var error))
            return error.ToProblem();
        if (upload is null)
            return Problems.NotFound.ToProblem();
        return (page.Judge(space) ?? Settled(upload, uploads)) is { } refused
            ? refused.ToProblem()
            : await answer.OfAsync(http, space, await uploads.FinishPresignedAsync(upload, space, ct), ct);
    }

    private static Error? Settled(Upload upload, ResumableUploads uploads) =>
        upload.AssetId is { } asset ? UploadErrors.AlreadyComplete(new AssetId(asset)) : uploads.IsExpired(upload) ? UploadErrors.Expired() : null;

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static bool Fits(string token, string? hash) =>
        hash is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(token)), Encoding.ASCII.GetBytes(hash));
}

/// <summary>Body of <c>POST /v1/uploads/presigned</c>.</summary>
internal sealed record PresignRequest
{
    /// <summary>Slug.</summary>
    public string? Tenant { get; init; }

    /// <summary>Slug.</summary>
    public string? Space { get; init; }

    /// <summary>Most bytes that will be put.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Shown to people.</summary>
    public string? Filename { get; init; }

    /// <summary>Absolute path; <c>/</c> where absent.</summary>
    public string? Folder { get; init; }

    /// <summary>A list of texts, or one text with commas.</summary>
    public JsonElement? Tags { get; init; }

    /// <summary><c>public</c> or <c>private</c>; by policy where absent.</summary>
    public string? Access { get; init; }

    /// <summary><c>image</c> (default), or <c>import</c> for a ZIP that <c>POST /v1/imports</c> will name.</summary>
    public string? Purpose { get; init; }
}

/// <summary>Where to put the bytes, and what to call afterwards.</summary>
internal sealed record PresignResponse
{
    public required Guid Id { get; init; }

    public required string Method { get; init; }

    public required string UploadUrl { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required string CompleteUrl { get; init; }
}
