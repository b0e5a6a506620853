namespace ImageService.Api.ControlPlane.Invalidations;

/// <summary>
/// What to forget: <c>{asset}</c>, <c>{tenant, space}</c>, <c>{tenant, space, tag}</c> or <c>{preset, tenant?, space?}</c>.
/// </summary>
/// <param name="Asset">Asset id, 26 characters.</param>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug; needs a tenant.</param>
/// <param name="Tag">A tag of assets of the space.</param>
/// <param name="Preset">A preset's slug.</param>
internal sealed record InvalidateRequest(string? Asset, string? Tenant, string? Space, string? Tag, string? Preset);

/// <summary>What was forgotten. CDNs follow within seconds.</summary>
/// <param name="Variants">Variants dropped from registry and store.</param>
/// <param name="Assets">Assets whose cached variants were forgotten.</param>
internal sealed record InvalidateResponse(int Variants, int Assets);
