namespace ImageService.Api.ControlPlane.Invalidations;

/// <summary>
/// What to forget: <c>{asset}</c>, <c>{asset, version, operations}</c>, <c>{tenant, space}</c>, <c>{tenant, space, tag}</c> or
/// <c>{preset, tenant?, space?}</c>.
/// </summary>
internal sealed record InvalidateRequest
{
    /// <summary>Asset id, 26 characters.</summary>
    public string? Asset { get; init; }

    /// <summary>With <see cref="Operations"/>: the variant's.</summary>
    public int? Version { get; init; }

    /// <summary>In canonical form, as the list of an asset's variants tells them.</summary>
    public string? Operations { get; init; }

    /// <summary>Slug.</summary>
    public string? Tenant { get; init; }

    /// <summary>Slug; needs a tenant.</summary>
    public string? Space { get; init; }

    /// <summary>A tag of assets of the space.</summary>
    public string? Tag { get; init; }

    /// <summary>A preset's slug.</summary>
    public string? Preset { get; init; }
}

/// <summary>What was forgotten. CDNs follow within seconds.</summary>
/// <param name="Variants">Variants dropped from registry and store.</param>
/// <param name="Assets">Assets whose cached variants were forgotten.</param>
internal sealed record InvalidateResponse(int Variants, int Assets);
