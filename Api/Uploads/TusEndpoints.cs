using System.Globalization;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using Microsoft.AspNetCore.Mvc;

namespace ImageService.Api.Uploads;

/// <summary>Resumable uploads by tus 1.0.0 at <c>/v1/uploads</c>.</summary>
internal static class TusEndpoints
{
    private const string Root = "/v1/uploads";

    /// <summary>Every answer below the uploads' path says the version, those of paths that name no upload and of callers without a credential too.</summary>
    public static void UseTusVersion(this WebApplication app) => app.UseWhen(
        static http => http.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal),
        static branch => branch.Use(static (http, next) =>
        {
            http.Response.OnStarting(
                static state =>
                {
                    ((HttpResponse)state).Headers[TusHeaders.Resumable] = TusHeaders.Version;
                    return Task.CompletedTask;
                },
                http.Response);
            return next(http);
        }));

    public static void MapTus(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("Resumable uploads").WithMetadata(new TakesUploadTicket()).AddEndpointFilter(SpeakTusAsync);
        group.MapMethods("", [HttpMethods.Options], Options).AllowAnonymous()
            .Describe("describeUploads", "What this tus server can do").AnswersNothing();
        group.MapPost("", Create).RequireScopeSomewhere(Scopes.ImageWrite).OpenToPages().WithMetadata(new DisableRequestSizeLimitAttribute())
            .Describe("createUpload", "Begin a resumable upload",
                "Upload-Length and Upload-Metadata (tenant, space; filename, folder, tags, access; purpose: import for a ZIP that POST /v1/imports "
                + "will name, version with asset: an id, for a new version of that one) as headers. A body of "
                + "application/offset+octet-stream is taken as the first bytes. The answer that completes the upload carries X-Asset-Id, X-Asset-Deduplicated "
                + "(true: the same bytes were there already) and X-Asset-Filename (percent-encoded UTF-8).")
            .AnswersNothing(201).Fails(400, 403, 404, 409, 412, 413, 415, 422, 460);
        group.MapMethods("/{id:guid}", [HttpMethods.Head], Head).RequireScopeSomewhere(Scopes.ImageWrite).OpenToPages()
            .Describe("headUpload", "Ask how far an upload is").AnswersNothing(200).Fails(403, 404, 410, 412);
        group.MapPatch("/{id:guid}", Patch).RequireScopeSomewhere(Scopes.ImageWrite).OpenToPages().WithMetadata(new DisableRequestSizeLimitAttribute())
            .Describe("patchUpload", "Send bytes", "From Upload-Offset on, as application/offset+octet-stream.")
            .AnswersNothing().Fails(400, 403, 404, 409, 410, 412, 413, 415, 422, 460);
        group.MapDelete("/{id:guid}", Terminate).RequireScopeSomewhere(Scopes.ImageWrite).OpenToPages()
            .Describe("terminateUpload", "Give an upload up").AnswersNothing().Fails(403, 404, 410, 412);
        group.MapPost("/{id:guid}", Overridden).RequireScopeSomewhere(Scopes.ImageWrite).OpenToPages().WithMetadata(new DisableRequestSizeLimitAttribute())
            .Describe("overrideUpload", "PATCH, DELETE or HEAD for clients that cannot send them", "The method is named by X-HTTP-Method-Override.")
            .AnswersNothing().Fails(400, 403, 404, 409, 410, 412);
        CrossOriginUploads.MapPreflight(group, "/{id}", HttpMethods.Head, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Post);
    }

    /// <summary>Every request but OPTIONS says the protocol's version.</summary>
    private static async ValueTask<object?> SpeakTusAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsOptions(http.Request.Method) || http.Request.Headers[TusHeaders.Resumable] == TusHeaders.Version)
            return await next(context);
        http.Response.Headers["Tus-Version"] = TusHeaders.Version;
        return new Error(ErrorCode.TusVersionUnsupported, $"Send {TusHeaders.Resumable}: {TusHeaders.Version}.").ToProblem();
    }

    private static IResult Options(HttpContext http)
    {
        http.Response.Headers["Tus-Version"] = TusHeaders.Version;
        http.Response.Headers["Tus-Extension"] = TusHeaders.Extensions;
        http.Response.Headers["Tus-Checksum-Algorithm"] = TusHeaders.ChecksumAlgorithms;
        CrossOriginUploads.WritePreflight(http.Response.Headers, HttpMethods.Post);
        return Results.NoContent();
    }

    private static async Task<IResult> Create(Visit visit, PageOrigin page, HttpContext http, TusUploads uploads, CancellationToken ct)
    {
        if (TusHeaders.Unoffered(http.Request) is { } unoffered)
            return unoffered.ToProblem();
        if (!TusHeaders.ReadNumber(http.Request, TusHeaders.Length).TryGet(out var length, out var error)
            || !TusHeaders.ReadMetadata(http.Request.Headers[TusHeaders.Metadata]).TryGet(out var metadata, out error)
            || !TusHeaders.ReadChecksum(http.Request.Headers[TusHeaders.Checksum]).TryGet(out var checksum, out error))
            return error.ToProblem();
        if (!(await uploads.BeginAsync(visit.Caller, page, length, metadata, http.Request.Headers[TusHeaders.Metadata], ct)).TryGet(out var begun, out error))
            return error.ToProblem();
        http.Response.Headers.Location = $"{http.Request.PathBase}/v1/uploads/{begun.Upload.Id}";
        if (IsBytes(http.Request) || length == 0)
            return await AppendAsync(http, uploads, begun, checksum, StatusCodes.Status201Created, ct);
        TusHeaders.Write(http.Response, begun.Upload, outcome: null);
        return Results.StatusCode(StatusCodes.Status201Created);
    }

    private static async Task<IResult> Head(Guid id, Visit visit, PageOrigin page, HttpContext http, TusUploads uploads, CancellationToken ct)
    {
        if (!(await uploads.FindAsync(visit.Caller, page, id, ct)).TryGet(out var found, out var error))
            return error.ToProblem();

        // All bytes came, but the process that should have made the asset of them died: it is made now.
        if (found.AwaitsAsset && !(await uploads.FinishAsync(found, ct)).TryGet(out found, out error))
            return error.ToProblem();
        TusHeaders.Write(http.Response, found.Upload, await uploads.OutcomeAsync(found, ct));
        http.Response.Headers[TusHeaders.Length] = found.Upload.Length.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[TusHeaders.Metadata] = UploadDetails.Read(found.Upload.Metadata).AsSent;
        return Results.Ok();
    }

    private static async Task<IResult> Patch(Guid id, Visit visit, PageOrigin page, HttpContext http, TusUploads uploads, CancellationToken ct)
    {
        if (!IsBytes(http.Request))
            return new Error(ErrorCode.UnsupportedMediaType, $"Send the bytes as {TusHeaders.ContentType}.").ToProblem();
        if (!TusHeaders.ReadNumber(http.Request, TusHeaders.Offset).TryGet(out var offset, out var error)
            || !TusHeaders.ReadChecksum(http.Request.Headers[TusHeaders.Checksum]).TryGet(out var checksum, out error))
            return error.ToProblem();
        if (!(await uploads.FindAsync(visit.Caller, page, id, ct)).TryGet(out var found, out error))
            return error.ToProblem();
        if (offset != found.Upload.Offset)
            return UploadErrors.WrongOffset(found.Upload.Offset).ToProblem();
        return await AppendAsync(http, uploads, found, checksum, StatusCodes.Status204NoContent, ct);
    }

    private static async Task<IResult> AppendAsync(HttpContext http, TusUploads uploads, TusUpload upload, BodyChecksum? checksum, int status,
        CancellationToken ct)
    {
        if (http.Request.ContentLength > upload.Upload.Length - upload.Upload.Offset)
            return UploadErrors.TooLong(upload.Upload.Length).ToProblem();
        if (!(await uploads.AppendAsync(upload, http.Request.Body, checksum, ct)).TryGet(out var appended, out var error))
            return error.ToProblem();
        TusHeaders.Write(http.Response, appended.Upload, await uploads.OutcomeAsync(appended, ct));
        return Results.StatusCode(status);
    }

    private static async Task<IResult> Terminate(Guid id, Visit visit, PageOrigin page, TusUploads uploads, CancellationToken ct) =>
        await uploads.TerminateAsync(visit.Caller, page, id, ct) is { } error ? error.ToProblem() : Results.NoContent();

    private static Task<IResult> Overridden(Guid id, Visit visit, PageOrigin page, HttpContext http, TusUploads uploads, CancellationToken ct) =>
        http.Request.Headers[TusHeaders.MethodOverride].ToString().ToUpperInvariant() switch
        {
            "PATCH" => Patch(id, visit, page, http, uploads, ct),
            "DELETE" => Terminate(id, visit, page, uploads, ct),
            "HEAD" => Head(id, visit, page, http, uploads, ct),
            _ => Task.FromResult(Problems.Invalid($"{TusHeaders.MethodOverride} must be PATCH, DELETE or HEAD.").ToProblem()),
        };

    private static bool IsBytes(HttpRequest request) => string.Equals(request.ContentType, TusHeaders.ContentType, StringComparison.OrdinalIgnoreCase);
}
