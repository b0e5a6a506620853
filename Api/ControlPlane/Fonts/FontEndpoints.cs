using System.Security.Cryptography;
using ImageService.Api.Authentication;
using ImageService.Api.ControlPlane.Overlays;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Api.Uploads;
using ImageService.Core.Access;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Fonts;

/// <summary>Fonts of an organization, for the texts of its overlays.</summary>
internal static class FontEndpoints
{
    /// <summary>Largest file: a font of ideographs takes some 16 MiB.</summary>
    private const int MostBytes = 20 << 20;

    /// <summary>Most fonts of one organization.</summary>
    private const int Most = 50;

    public static void MapFonts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/fonts").WithTags("Overlays");
        group.MapPost("", Upload).RequireScope(Scopes.PresetWrite).WithMetadata(new DisableRequestSizeLimitAttribute()).TakesFile("slug")
            .Describe("uploadFont", "Upload a font",
                $"TrueType or OpenType, at most {MostBytes >> 20} MiB and {Most} of them. It is read in a process of its own before it is kept.")
            .Answers<FontResponse>(201).Fails(400, 403, 404, 409, 413, 415, 422, 503);
        group.MapGet("", List)
            .RequireCaller().Describe("listFonts", "List fonts", "Those of the organization, and those that everybody has.")
            .Answers<FontsResponse>().Fails(404);
        group.MapDelete("/{slug}", Delete).RequireScope(Scopes.PresetWrite)
            .Describe("deleteFont", "Delete a font", "One that an overlay draws with cannot be deleted.").AnswersNothing().Fails(403, 404, 409);
    }

    private static async Task<IResult> Upload(Visit visit, RegistryFactory registry, IsolatedDecoder decoder, TimeProvider clock, HttpContext http,
        CancellationToken ct)
    {
        if (!(await FontForm.ReadAsync(http.Request, MostBytes, ct)).TryGet(out var form, out var error))
            return error.ToProblem();
        if (form.Slug is not null && OverlayEndpoints.JudgeSlug(form.Slug) is not null)
            return Problems.Invalid("A font's slug must be 1 to 100 of a-z, 0-9 and _.").ToProblem();
        if (!(await DescribeAsync(form.File, decoder, ct)).TryGet(out var description, out error))
            return error.ToProblem();
        var slug = form.Slug ?? SlugOf(description);
        if (OverlayFonts.Shipped.Contains(slug))
            return NameRules.Taken(slug).ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var turn = await OverlayUses.BeginAsync(db, visit.At.OrganizationId, ct);
        if (await db.Fonts.CountAsync(ct) >= Most)
            return new Error(ErrorCode.QuotaExceeded, $"An organization may have {Most} fonts. Delete one first.").ToProblem();
        var font = new Font
        {
            OrganizationId = visit.At.OrganizationId,
            Slug = slug,
            Family = description.Family,
            Style = description.Style,
            Scripts = [.. description.Scripts],
            Glyphs = description.Glyphs,
            SizeBytes = form.File.Length,
            ContentHash = Convert.ToHexStringLower(SHA256.HashData(form.File)),
            Content = form.File,
            CreatedAt = clock.GetUtcNow(),
        };
        db.Fonts.Add(font);
        if (await db.TrySaveAsync(NameRules.Taken(slug), ct) is { } failure)
            return failure.ToProblem();
        await turn.CommitAsync(ct);
        return Results.Created($"{http.Request.Path}/{slug}", FontResponse.Of(font));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var fonts = await db.Fonts.AsNoTracking().OrderBy(font => font.Slug)
            .Select(font =>
                new FontResponse
                {
                    Slug = font.Slug,
                    Family = font.Family,
                    Style = font.Style,
                    Scripts = font.Scripts,
                    Glyphs = font.Glyphs,
                    SizeBytes = font.SizeBytes,
                    ContentHash = font.ContentHash,
                    IsShipped = false,
                    CreatedAt = font.CreatedAt,
                })
                .ToListAsync(ct);
        return Results.Ok(new FontsResponse([.. fonts, .. OverlayFonts.Describe().Select(FontResponse.Of)]));
    }

    private static async Task<IResult> Delete(string slug, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var turn = await OverlayUses.BeginAsync(db, visit.At.OrganizationId, ct);
        if (await db.Fonts.AsTracking().SingleOrDefaultAsync(font => font.Slug == slug, ct) is not { } found)
            return Problems.NotFound.ToProblem();
        if (await OverlayUses.OfFontAsync(db, slug, ct) is { Count: > 0 } uses)
            return new Error(ErrorCode.Conflict, $"The font \"{slug}\" is drawn by the overlays {string.Join(", ", uses)}. Change them first.").ToProblem();
        db.Fonts.Remove(found);
        if (await db.TrySaveAsync(ct) is { } failure)
            return failure.ToProblem();
        await turn.CommitAsync(ct);
        return Results.NoContent();
    }

    private static async Task<Result<FontDescription>> DescribeAsync(byte[] bytes, IsolatedDecoder decoder, CancellationToken ct)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, bytes, ct);
            return await decoder.ReadFontAsync(path, ct);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string SlugOf(FontDescription font)
    {
        var name = $"{font.Family}_{font.Style}".ToLowerInvariant().Replace("_regular", "", StringComparison.Ordinal);
        var slug = string.Concat(name.Select(static letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') ? letter : '_')).Trim('_');
        return slug.Length == 0 ? "font" : slug[..Math.Min(slug.Length, 100)];
    }
}
