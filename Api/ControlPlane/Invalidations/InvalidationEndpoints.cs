using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Invalidation;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Invalidations;

/// <summary>Dropping variants on request.</summary>
internal static class InvalidationEndpoints
{
    private static readonly Error OneTarget = Problems.Invalid(
        "Name what to invalidate: {asset}, {asset, version, operations}, {tenant, space}, {tenant, space, tag} or "
        + "{preset, tenant?, space?}, and nothing else.");

    public static void MapInvalidations(this IEndpointRouteBuilder routes) => routes.MapPost("/v1/invalidations", Invalidate)
        .RequireScope(Scopes.ImageWrite)
        .WithTags("Invalidations")
        .WithName("invalidateVariants")
        .WithSummary("Drop variants from every layer and purge the CDN")
        .Produces<InvalidateResponse>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> Invalidate(Visit visit, InvalidateRequest body, RegistryFactory registry, AuditLog log, Invalidator invalidator,
        CancellationToken ct)
    {
        var organizationId = visit.Caller.OrganizationId ?? Guid.Empty;
        var found = await FindTargetAsync(visit.Caller, organizationId, body, registry, ct);
        if (!found.TryGet(out var target, out var error))
            return error.ToProblem();
        await NoteAsync(registry, log, organizationId, body, ct);
        var done = await invalidator.InvalidateAsync(organizationId, target, ct);
        return Results.Ok(new InvalidateResponse(done.Variants, done.Assets));
    }

    /// <summary>Before it is done: it is many transactions, and one that dies between them must not be one that nobody ordered.</summary>
    private static async Task NoteAsync(RegistryFactory registry, AuditLog log, Guid organizationId, InvalidateRequest body, CancellationToken ct)
    {
        var (type, id) = body switch
        {
            { Asset: { } asset } => ("asset", asset.ToUpperInvariant()),
            { Preset: { } preset } => ("preset", preset),
            _ => ("space", body.Space),
        };
        await using var db = registry.ForOrganization(organizationId);
        log.Add(db, organizationId, "variants.invalidated", type, id, after: body);
        await db.SaveChangesAsync(ct);
    }

    private static async Task<Result<InvalidationTarget>> FindTargetAsync(Caller caller, Guid organizationId, InvalidateRequest body, RegistryFactory registry,
        CancellationToken ct)
    {
        if (body is { Asset: null } and not { Version: null, Operations: null } || (body.Version is null) != (body.Operations is null))
            return OneTarget;
        await using var db = registry.ForOrganization(organizationId);
        return body switch
        {
            { Asset: not null, Tenant: null, Space: null, Tag: null, Preset: null } => await FindAssetAsync(caller, db, body, ct),
            { Asset: null, Tenant: not null, Space: not null, Preset: null }
                or { Asset: null, Tag: null, Preset: not null } => await FindPlaceAsync(caller, db, body, ct),
            _ => OneTarget,
        };
    }

    private static async Task<Result<InvalidationTarget>> FindAssetAsync(Caller caller, RegistryDb db, InvalidateRequest body, CancellationToken ct)
    {
        if (!AssetId.TryParse(body.Asset!, out var id))
            return Problems.NotFound;
        var place = await db.Assets.AsNoTracking()
            .Where(asset => asset.Id == id.Value).Select(asset => new { asset.TenantId, asset.SpaceId }).FirstOrDefaultAsync(ct);
        if (place is null)
            return Problems.NotFound;
        if (Judge(caller, place.TenantId, place.SpaceId) is { } refusal)
            return refusal;
        return body is { Version: { } version, Operations: { } operations }
            ? new InvalidationTarget.OfVariant(id, version, operations) : new InvalidationTarget.OfAsset(id);
    }

    private static async Task<Result<InvalidationTarget>> FindPlaceAsync(Caller caller, RegistryDb db, InvalidateRequest body, CancellationToken ct)
    {
        if (body.Space is not null && body.Tenant is null)
            return OneTarget;
        if (!(await CallerPlaces.FindIdsAsync(db, caller, body.Tenant, body.Space, ct)).TryGet(out var place, out var error))
            return error;
        if (Judge(caller, place.TenantId, place.SpaceId) is { } refusal)
            return refusal;
        return body.Preset is { } preset
            ? new InvalidationTarget.OfPreset(preset, place.TenantId, place.SpaceId)
            : new InvalidationTarget.OfSpace(place.TenantId!.Value, place.SpaceId!.Value, body.Tag);
    }

    private static Error? Judge(Caller caller, Guid? tenantId, Guid? spaceId)
    {
        if (caller.May(Scopes.ImageWrite, tenantId, spaceId))
            return null;
        return caller.Sees(tenantId, spaceId) ? new Error(ErrorCode.InsufficientScope, $"This needs the scope {Scopes.ImageWrite} here.") : Problems.NotFound;
    }
}
