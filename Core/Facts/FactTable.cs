using ImageService.Core.Registry;

namespace ImageService.Core.Facts;

/// <summary>
/// The one list of tables whose rows are kept in memory, and what a change in one makes unknown. The triggers <c>notify_fact</c> say the same to other
/// processes.
/// </summary>
/// <param name="Entity">The row's class.</param>
/// <param name="Name">The table.</param>
/// <param name="Key">The property that names the fact.</param>
/// <param name="Kind">What becomes unknown.</param>
internal sealed record FactTable(Type Entity, string Name, string Key, FactKind Kind)
{
    /// <summary>The property that holds the id of the row's organization.</summary>
    public string Organization { get; init; } = nameof(Tenant.OrganizationId);

    public static IReadOnlyList<FactTable> All { get; } =
    [
        new(typeof(Organization), "organizations", nameof(Registry.Organization.Slug), FactKind.Organizations)
        {
            Organization = nameof(Registry.Organization.Id),
        },
        new(typeof(Tenant), "tenants", nameof(Tenant.Slug), FactKind.Organization),
        new(typeof(Space), "spaces", nameof(Space.Slug), FactKind.Organization),
        new(typeof(PolicyRow), "policies", nameof(PolicyRow.Key), FactKind.Organization),
        new(typeof(Preset), "presets", nameof(Preset.Slug), FactKind.Organization),
        new(typeof(PresetRevisionRow), "preset_revisions", nameof(PresetRevisionRow.PresetId), FactKind.Organization),
        new(typeof(Overlay), "overlays", nameof(Overlay.Slug), FactKind.Organization),
        new(typeof(OverlayRevisionRow), "overlay_revisions", nameof(OverlayRevisionRow.OverlayId), FactKind.Organization),
        new(typeof(Font), "fonts", nameof(Font.Slug), FactKind.Organization),
        new(typeof(SigningKey), "signing_keys", nameof(SigningKey.Kid), FactKind.Organization),
        new(typeof(Asset), "assets", nameof(Asset.Id), FactKind.Asset),
        new(typeof(AssetVersion), "asset_versions", nameof(AssetVersion.AssetId), FactKind.Asset),
        new(typeof(DialectHost), "hosts", nameof(DialectHost.Hostname), FactKind.Hosts),
        new(typeof(AssetAlias), "aliases", nameof(AssetAlias.Hostname), FactKind.Host),
        new(typeof(ApiKey), "api_keys", nameof(ApiKey.KeyId), FactKind.ApiKey),
    ];

    /// <summary>What a notice makes unknown. A table that this process does not know, because a newer one made it, makes its organization unknown.</summary>
    public static IEnumerable<FactScope> ScopesOf(FactNotice notice)
    {
        var kind = All.FirstOrDefault(table => string.Equals(table.Name, notice.Table, StringComparison.Ordinal))?.Kind ?? FactKind.Organization;
        switch (kind)
        {
            case FactKind.ApiKey when notice.Key is { } keyId:
                return [FactScope.ApiKey(keyId)];
            case FactKind.Hosts when notice.Key is { } host:
                return [FactScope.Hosts, FactScope.Host(host)];
            case FactKind.Host when notice.Key is { } host:
                return [FactScope.Host(host)];
        }

        if (notice.OrganizationId is not { } organization)
            return [];
        return kind switch
        {
            FactKind.Asset when Guid.TryParse(notice.Key, out var asset) => [FactScope.Asset(organization, asset)],
            FactKind.Organizations => [FactScope.Organizations, FactScope.Of(organization)],
            _ => [FactScope.Of(organization)],
        };
    }
}
