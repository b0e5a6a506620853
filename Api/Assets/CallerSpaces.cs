using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Tenancy;

namespace ImageService.Api.Assets;

/// <summary>The space a request names in its body or reaches through an asset, as far as the caller may.</summary>
internal sealed class CallerSpaces(SpaceLookup spaces)
{
    /// <summary>The space of those slugs inside the caller's organization.</summary>
    /// <returns><see cref="ErrorCode.InvalidRequest"/> where one is missing, <see cref="ErrorCode.NotFound"/> for what is not there and for what is not the
    /// caller's, <see cref="ErrorCode.InsufficientScope"/> where the scope does not hold there.</returns>
    public async Task<Result<SpaceScope>> FindAsync(Caller caller, string? tenant, string? space, string scope, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(tenant) || string.IsNullOrEmpty(space))
            return Problems.Invalid("Say where to: tenant and space, both by slug.");
        return Judge(caller, await spaces.FindAsync(Organization(caller), tenant, space, ct), scope);
    }

    /// <summary>The space by id.</summary>
    public async Task<Result<SpaceScope>> FindAsync(Caller caller, Guid spaceId, string scope, CancellationToken ct) =>
        Judge(caller, await spaces.FindAsync(Organization(caller), spaceId, ct), scope);

    /// <summary>Those of several spaces where the scope holds, by id, with one look at the registry.</summary>
    public async Task<IReadOnlyDictionary<Guid, SpaceScope>> FindAsync(Caller caller, IReadOnlyCollection<Guid> spaceIds, string scope, CancellationToken ct) =>
        (await spaces.FindAsync(Organization(caller), spaceIds, ct)).Where(entry => Judge(caller, entry.Value, scope).IsSuccess).ToDictionary();

    public static Guid Organization(Caller caller) => caller.OrganizationId ?? Guid.Empty;

    private static Result<SpaceScope> Judge(Caller caller, SpaceScope? found, string scope)
    {
        if (found is null || !caller.Sees(found.TenantId, found.SpaceId))
            return Problems.NotFound;
        return caller.May(scope, found.TenantId, found.SpaceId)
            ? found
            : new Error(ErrorCode.InsufficientScope, $"This needs the scope {scope} here.")
            {
                Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["scope"] = scope },
            };
    }
}
