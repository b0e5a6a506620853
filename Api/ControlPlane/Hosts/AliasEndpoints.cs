using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Dialects;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Hosts;

/// <summary>The names that a space's assets had at the service before.</summary>
internal static class AliasEndpoints
{
    private const int MaxRows = 100_000;
    private const long MaxBytes = 64L << 20;
    private const int MaxTold = 100;

    public static void MapAliases(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/aliases").WithTags("Hosts");
        group.MapPost("", Create).RequireScope(Scopes.TenantWrite).WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<CreateAliasRequest>("application/json", "text/csv")
            .Describe("createAliases", "Give an asset the name it had elsewhere",
                $"JSON for one; text/csv with the columns hostname, path, asset for up to {MaxRows} at once. A name that is there already leads to the new asset afterwards.")
            .Answers<AliasResponse>(201).Answers<AliasImportResponse>().Fails(400, 403, 404, 413);
        group.MapGet("", List).RequireCaller().Describe("listAliases", "List old names").Answers<Page<AliasResponse>>().Fails(400, 404);
        group.MapDelete("", DeleteByName)
            .RequireScope(Scopes.TenantWrite).Describe("deleteAlias", "Forget an old name by host and path").AnswersNothing().Fails(400, 403, 404);
        group.MapDelete("/{id:guid}", Delete)
            .RequireScope(Scopes.TenantWrite).Describe("deleteAliasById", "Forget an old name").AnswersNothing().Fails(403, 404);
    }

    private static async Task<IResult> Create(Visit visit, RegistryFactory registry, AliasImporter importer, HttpContext http, CancellationToken ct)
    {
        if (http.Request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) is true)
            return await ImportAsync(visit, importer, http, ct);
        var request = await http.ReadJsonAsync<CreateAliasRequest>(ct);
        if (!ReadRow(1, request?.Hostname, request?.Path, request?.Asset).TryGet(out var alias, out var error))
            return error.ToProblem();
        var at = visit.At;
        if ((await importer.WriteAsync(at.OrganizationId, at.TenantId!.Value, at.SpaceId!.Value, [alias], ct)).Count > 0)
            return new Error(ErrorCode.NotFound, "The space holds no such asset.").ToProblem();
        await using var db = registry.ForOrganization(at.OrganizationId);
        var row = await db.Aliases.AsNoTracking().SingleAsync(one => one.SpaceId == at.SpaceId && one.Hostname == alias.Hostname && one.Path == alias.Path, ct);
        return Results.Created($"{http.Request.Path}/{row.Id}", AliasResponse.Of(row));
    }

    private static async Task<IResult> ImportAsync(Visit visit, AliasImporter importer, HttpContext http, CancellationToken ct)
    {
        if (http.Request.ContentLength > MaxBytes)
            return BodyLimits.TooLarge.ToProblem();
        List<NewAlias> rows = [];
        List<RefusedAlias> refused = [];
        var reader = new CsvReader(new StreamReader(http.Request.Body), MaxBytes);
        int[]? columns = null;
        while (await reader.ReadAsync(ct) is { } fields)
        {
            if (reader.IsTooLarge || rows.Count + refused.Count > MaxRows)
                return new Error(ErrorCode.PayloadTooLarge, $"A list has at most {MaxRows} rows. Send it in parts.").ToProblem();
            if (columns is null)
            {
                columns =
                    [.. ((string[])["hostname", "path", "asset"]).Select(
                        name => Array.FindIndex(fields, field => field.Trim('\uFEFF', ' ').Equals(name, StringComparison.OrdinalIgnoreCase)))];
                if (Array.Exists(columns, static column => column < 0))
                    return Problems.Invalid("The first line must name the columns hostname, path and asset.").ToProblem();
            }
            else if (fields.Length > 1 || fields[0].Length > 0)
            {
                if (ReadRow(reader.Line, FieldAt(fields, columns[0])?.Trim(), FieldAt(fields, columns[1]), FieldAt(fields, columns[2])?.Trim())
                    .TryGet(out var alias, out var error))
                    rows.Add(alias);
                else
                    refused.Add(new RefusedAlias(reader.Line, error.Detail));
            }
        }

        if (reader.IsTooLarge)
            return BodyLimits.TooLarge.ToProblem();
        if (columns is null)
            return Problems.Invalid("The first line must name the columns hostname, path and asset.").ToProblem();
        var at = visit.At;
        var absent = rows.Count == 0 ? [] : await importer.WriteAsync(at.OrganizationId, at.TenantId!.Value, at.SpaceId!.Value, rows, ct);
        refused.AddRange(absent.Select(static line => new RefusedAlias(line, "The space holds no such asset.")));
        return Results.Ok(new AliasImportResponse(rows.Count - absent.Count, [.. refused.OrderBy(static row => row.Line).Take(MaxTold)], refused.Count));
    }

    private static string? FieldAt(string[] fields, int column) => column < fields.Length ? fields[column] : null;

    private static Result<NewAlias> ReadRow(int line, string? hostname, string? path, string? asset)
    {
        if (!HostNames.Read(hostname).TryGet(out var name, out var error))
            return error;
        var clean = path?.TrimStart('/');
        if (clean is not { Length: > 0 and <= AssetAlias.MaxPathLength } || clean.Contains('\0', StringComparison.Ordinal) || !IsSound(clean))
            return Problems.Invalid($"path must be 1 to {AssetAlias.MaxPathLength} characters: the old URL's path, decoded once, without its leading slash.");
        return AssetId.TryParse(asset, out var id) ? new NewAlias(line, name, clean, id) : Problems.Invalid("asset must be an asset's id: 26 characters.");
    }

    /// <summary>Whether the text is Unicode without halves of surrogate pairs.</summary>
    private static bool IsSound(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && ++i < text.Length && char.IsLowSurrogate(text[i])))
                return false;
        }

        return true;
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? hostname, string? path, string? cursor, int? limit,
        CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await db.Aliases.AsNoTracking()
            .Where(row =>
                row.SpaceId == visit.At.SpaceId && (hostname == null || row.Hostname == hostname) && (path == null || row.Path == path)
                    && (after == null || row.Id > after))
            .OrderBy(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, AliasResponse.Of, static row => Cursor.Of(row.Id)));
    }

    private static async Task<IResult> DeleteByName(Visit visit, RegistryFactory registry, AuditLog log, string? hostname, string? path, CancellationToken ct)
    {
        if (hostname is null || path is null)
            return Problems.Invalid("Say hostname and path of the name to forget.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var row =
            await db.Aliases.SingleOrDefaultAsync(one => one.SpaceId == visit.At.SpaceId && one.Hostname == hostname && one.Path == path.TrimStart('/'), ct);
        return await DeleteAsync(db, log, visit, row, ct);
    }

    private static async Task<IResult> Delete(Guid id, Visit visit, RegistryFactory registry, AuditLog log, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        return await DeleteAsync(db, log, visit, await db.Aliases.SingleOrDefaultAsync(one => one.SpaceId == visit.At.SpaceId && one.Id == id, ct), ct);
    }

    private static async Task<IResult> DeleteAsync(RegistryDb db, AuditLog log, Visit visit, AssetAlias? row, CancellationToken ct)
    {
        if (row is null)
            return Problems.NotFound.ToProblem();
        db.Aliases.Remove(row);
        log.Add(db, visit.At.OrganizationId, "alias.deleted", "host", row.Hostname, before: new { row.Path, asset = new AssetId(row.AssetId).ToString() });
        return await db.TrySaveAsync(ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }
}
