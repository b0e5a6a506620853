using System.Text.Json;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Api.Uploads;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Imports;

/// <summary>Bulk imports: taken in here, run by the worker, watched here.</summary>
internal static class ImportEndpoints
{
    public static void MapImports(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/imports").WithTags("Imports");
        group.MapPost("", Create).RequireScopeSomewhere(Scopes.ImageWrite).Idempotent().OpenToPages()
            .WithMetadata(new DisableRequestSizeLimitAttribute(), new TakesUploadTicket())
            .TakesFile("tenant", "space", "folder", "tags", "access")
            .Describe("createImport", "Import many images",
                "Either multipart/form-data with file (a ZIP), tenant, space and optionally folder, tags, access; or JSON with tenant, space and "
                + "upload (id of a presigned or resumable upload made for an import) or prefix "
                + "(of what lies in the organization's import area of the object store).")
            .Answers<ImportResponse>(202).Fails(400, 403, 404, 409, 413);
        group.MapGet("", List)
            .RequireScopeSomewhere(Scopes.ImageRead).Describe("listImports", "List imports", "Newest first.").Answers<Page<ImportResponse>>().Fails(400, 403);
        group.MapGet("/{id:guid}", Get).RequireScopeSomewhere(Scopes.ImageRead).OpenToPages()
            .WithMetadata(new TakesUploadTicket())
            .Describe("getImport", "Watch an import", "Counts grow while it runs; failures names what was refused and why.")
            .Answers<ImportResponse>().Fails(403, 404);
        CrossOriginUploads.MapPreflight(group, "", HttpMethods.Post);
        CrossOriginUploads.MapPreflight(group, "/{id}", HttpMethods.Get);
    }

    private static Task<IResult> Create(
        Visit visit, PageOrigin page, HttpContext http, RegistryFactory registry, CallerPlaces places, MultipartUpload multipart, ResumableUploads uploads,
        IOptions<IngestionOptions> options, TimeProvider clock,
        CancellationToken ct) =>
        http.Request.HasJsonContentType()
            ? CreateFromJsonAsync(visit, page, http, registry, places, uploads, clock, ct)
            : CreateFromFormAsync(visit, page, http, registry, places, multipart, options.Value.MaxArchiveBytes, clock, ct);

    private static async Task<IResult> CreateFromFormAsync(
        Visit visit, PageOrigin page, HttpContext http, RegistryFactory registry, CallerPlaces places, MultipartUpload multipart, long limit,
        TimeProvider clock, CancellationToken ct)
    {
        var read =
            await multipart.ReadAsync(http.Request, CallerPlaces.OrganizationOf(visit.Caller),
                _ => Task.FromResult<Result<StagingTarget>>(new StagingTarget(limit)), ct);
        if (!read.TryGet(out var received, out var error))
            return error.ToProblem();
        await using var file = received;
        if (!(await places.FindSpaceAsync(visit.Caller, received["tenant"], received["space"], Scopes.ImageWrite, ct)).TryGet(out var space, out error)
            || !received.ReadDetails().TryGet(out var details, out error))
            return error.ToProblem();
        if (page.Judge(space) is { } foreign)
            return foreign.ToProblem();
        var answer = await QueueAsync(registry, visit, space, ImportSource.Zip, received.File.Key, details, used: null, clock, ct);
        received.File.Keep();
        return answer;
    }

    private static async Task<IResult> CreateFromJsonAsync(
        Visit visit, PageOrigin page, HttpContext http, RegistryFactory registry, CallerPlaces places, ResumableUploads uploads, TimeProvider clock,
        CancellationToken ct)
    {
        var request = await http.ReadJsonAsync<ImportRequest>(ct) ?? new ImportRequest
        {
            Tenant = null,
            Space = null,
            Upload = null,
            Prefix = null,
            Folder = null,
            Tags = null,
            Access = null,
        };
        if (!(await places.FindSpaceAsync(visit.Caller, request.Tenant, request.Space, Scopes.ImageWrite, ct)).TryGet(out var space, out var error)
            || !FetchEndpoint.ReadTags(request.Tags).TryGet(out var tags, out error)
            || !UploadDetails.Read(null, request.Folder, tags, request.Access).TryGet(out var details, out error))
            return error.ToProblem();
        if (page.Judge(space) is { } foreign)
            return foreign.ToProblem();
        if (request.Upload is { } uploadId && request.Prefix is null)
        {
            var upload = await uploads.FindAsync(space.OrganizationId, uploadId, UploadKind.Presigned, ct)
                ?? await uploads.FindAsync(space.OrganizationId, uploadId, UploadKind.Tus, ct);
            if (upload is null || upload.SpaceId != space.SpaceId || (upload.Kind is UploadKind.Tus && !UploadDetails.Read(upload.Metadata).IsArchive))
                return Problems.NotFound.ToProblem();
            if (await uploads.GatherAsync(upload, ct) is not { } archive)
                return UploadErrors.NothingPut().ToProblem();
            var answer = await QueueAsync(registry, visit, space, ImportSource.Zip, archive, details, upload.Kind is UploadKind.Tus ? upload : null, clock, ct);
            await uploads.RemovePiecesAsync(upload);
            return answer;
        }

        // The whole import area belongs to the organization, so the scope must hold there.
        if (request.Prefix is not { Length: <= 500 } prefix || request.Upload is not null)
            return Problems.Invalid("Name one source: upload (an id), or prefix (at most 500 characters; empty for everything).").ToProblem();
        return visit.Caller.May(Scopes.ImageWrite, tenantId: null, spaceId: null)
            ? await QueueAsync(registry, visit, space, ImportSource.Prefix, prefix, details, used: null, clock, ct)
            : new Error(ErrorCode.InsufficientScope,
                $"Importing from the organization's import area needs {Scopes.ImageWrite} for the whole organization.").ToProblem();
    }

    private static async Task<IResult> QueueAsync(
        RegistryFactory registry, Visit visit, SpaceScope space, ImportSource source, string key, UploadDetails details, Upload? used,
        TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var job = new ImportJob
        {
            OrganizationId = space.OrganizationId,
            TenantId = space.TenantId,
            SpaceId = space.SpaceId,
            Source = source,
            SourceKey = key,
            Defaults = details.Write(),
            State = ImportState.Queued,
            CreatedBy = visit.Caller.Id,
            CreatedAt = now,
            UpdatedAt = now,
        };
        await using var db = registry.ForOrganization(space.OrganizationId);
        db.ImportJobs.Add(job);

        // What was sent in pieces is the import's from here on: it is named once.
        if (used is not null)
            db.Uploads.Remove(used);
        db.Publish(new ImportRequested(space.OrganizationId, job.Id), now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException) when (used is not null)
        {
            // Another request named it at the same moment.
            return Problems.NotFound.ToProblem();
        }

        return Results.Accepted($"/v1/imports/{job.Id}", ImportResponse.Of(job, space.TenantSlug, space.SpaceSlug));
    }

    private static async Task<IResult> Get(Guid id, Visit visit, PageOrigin page, RegistryFactory registry, CallerPlaces places, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller));
        var job = await db.ImportJobs.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, ct);
        if (!(await places.FindSpaceAsync(visit.Caller, job?.SpaceId ?? Guid.Empty, Scopes.ImageRead, ct)).TryGet(out var space, out var error))
            return error.ToProblem();
        if (page.Judge(space) is { } foreign)
            return foreign.ToProblem();
        return job is null ? Problems.NotFound.ToProblem() : Results.Ok(ImportResponse.Of(job, space.TenantSlug, space.SpaceSlug));
    }

    private static async Task<IResult> List(string? cursor, int? limit, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var before, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        var organizationId = CallerPlaces.OrganizationOf(visit.Caller);
        await using var db = registry.ForOrganization(organizationId);
        var spaces = await db.Spaces.AsNoTracking().Where(row => row.OrganizationId == organizationId && row.DeletedAt == null)
            .Join(db.Tenants, row => row.TenantId, tenant => tenant.Id, (row, tenant) => new { row.Id, row.TenantId, Space = row.Slug, Tenant = tenant.Slug })
            .ToListAsync(ct);
        var readable = spaces.Where(space => visit.Caller.May(Scopes.ImageRead, space.TenantId, space.Id)).ToDictionary(space => space.Id);
        Guid[] ids = [.. readable.Keys];
        var rows = await db.ImportJobs.AsNoTracking().Where(row => ids.Contains(row.SpaceId) && (before == null || row.Id < before))
            .OrderByDescending(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, row => ImportResponse.Of(row, readable[row.SpaceId].Tenant, readable[row.SpaceId].Space),
            row => Cursor.Of(row.Id)));
    }
}

/// <summary>JSON body of <c>POST /v1/imports</c>.</summary>
internal sealed record ImportRequest
{
    /// <summary>Slug.</summary>
    public string? Tenant { get; init; }

    /// <summary>Slug.</summary>
    public string? Space { get; init; }

    /// <summary>Id of a presigned upload that holds a ZIP, or of a complete resumable one with the purpose <c>import</c>.</summary>
    public Guid? Upload { get; init; }

    /// <summary>Of object keys in the organization's import area; empty for all of it.</summary>
    public string? Prefix { get; init; }

    /// <summary>Put before each file's own folder.</summary>
    public string? Folder { get; init; }

    /// <summary>For every image.</summary>
    public JsonElement? Tags { get; init; }

    /// <summary>For every image; by policy where absent.</summary>
    public string? Access { get; init; }
}

/// <summary>An import and how far it is.</summary>
internal sealed record ImportResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary><c>zip</c> or <c>prefix</c>.</summary>
    public required string Source { get; init; }

    /// <summary><c>queued</c>, <c>running</c>, <c>completed</c>, <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    /// <summary>Files found; 0 until it runs.</summary>
    public required int Total { get; init; }

    /// <summary>Files that became assets.</summary>
    public required int Imported { get; init; }

    /// <summary>Files whose bytes were in the space already.</summary>
    public required int Deduplicated { get; init; }

    /// <summary>Files refused.</summary>
    public required int Failed { get; init; }

    /// <summary>The first thousand refused files; an empty name speaks of the import as a whole.</summary>
    public required IReadOnlyList<ImportFailure> Failures { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Last progress.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    public static ImportResponse Of(ImportJob job, string tenant, string space) => new()
    {
        Id = job.Id,
        Source = SnakeCase.Write(job.Source),
        State = SnakeCase.Write(job.State),
        Tenant = tenant,
        Space = space,
        Total = job.Total,
        Imported = job.Imported,
        Deduplicated = job.Deduplicated,
        Failed = job.Failed,
        Failures = JsonSerializer.Deserialize<ImportFailure[]>(job.Failures, JsonSerializerOptions.Web) ?? [],
        CreatedAt = job.CreatedAt,
        UpdatedAt = job.UpdatedAt,
    };
}
