using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using NpgsqlTypes;

namespace ImageService.Core.Registry;

/// <summary>One tracked change of a resource, as the audit log tells it.</summary>
internal sealed record AuditedChange
{
    public required Guid OrganizationId { get; init; }

    public required string Action { get; init; }

    public required string ResourceType { get; init; }

    public required string? ResourceId { get; init; }

    public required string? Before { get; init; }

    public required string? After { get; init; }

    /// <summary>What changes by itself or says nothing.</summary>
    private static readonly HashSet<string> Unremarkable = new(StringComparer.Ordinal)
    {
        nameof(Asset.UpdatedAt), nameof(Asset.RowVersion), nameof(Asset.Search), nameof(Asset.IsDuplicate), nameof(Asset.OrganizationId),
        nameof(ApiKey.LastUsedAt), nameof(ApiKey.LastUsedAddress), nameof(SigningKey.VerifiedRequests), nameof(SigningKey.LastVerifiedAt),
    };

    /// <summary>Null for what is no resource of an organization and for changes that say nothing.</summary>
    public static AuditedChange? Of(EntityEntry entry)
    {
        if (entry.State is not (EntityState.Added or EntityState.Modified or EntityState.Deleted) || Resource(entry.Entity) is not { } resource)
            return null;
        var (before, after) = Values(entry);
        return entry.State is EntityState.Modified && after.Count == 0 && !HasChangedSecret(entry)
            ? null
            : new AuditedChange
            {
                OrganizationId = resource.OrganizationId,
                Action = $"{resource.Type}.{Verb(entry)}",
                ResourceType = resource.Type,
                ResourceId = resource.Id,
                Before = Text(before),
                After = Text(after),
            };
    }

    private static (Guid OrganizationId, string Type, string? Id)? Resource(object entity) => entity switch
    {
        Organization o => (o.Id, "organization", o.Slug),
        Tenant t => (t.OrganizationId, "tenant", t.Slug),
        Space s => (s.OrganizationId, "space", s.Slug),
        Asset a => (a.OrganizationId, "asset", new AssetId(a.Id).ToString()),
        AssetVersion { DeletedAt: not null } v =>
            (v.OrganizationId, "asset_version", string.Create(CultureInfo.InvariantCulture, $"{new AssetId(v.AssetId)}/v{v.Version}")),
        Preset p => (p.OrganizationId, "preset", p.Slug),
        Overlay o => (o.OrganizationId, "overlay", o.Slug),
        Font f => (f.OrganizationId, "font", f.Slug),
        PolicyRow p => (p.OrganizationId, "policy", p.Key),
        ApiKey k => (k.OrganizationId, "api_key", k.KeyId),
        SigningKey k => (k.OrganizationId, "signing_key", k.Kid),
        Member m => (m.OrganizationId, "member", m.Id.ToString()),
        IdentityProvider p => (p.OrganizationId, "identity_provider", p.Id.ToString()),
        Webhook w => (w.OrganizationId, "webhook", w.Id.ToString()),
        ImportJob { } j => (j.OrganizationId, "import", j.Id.ToString()),
        DialectHost h => (h.OrganizationId, "host", h.Hostname),
        StoreMove m => (m.OrganizationId, "store_move", m.Id.ToString()),
        _ => null,
    };

    private static string Verb(EntityEntry entry) => (entry.Entity, entry.State) switch
    {
        (Asset, EntityState.Added) => "uploaded",
        (Asset, EntityState.Deleted) => "purged",
        (Member, EntityState.Added) => "invited",
        (Member, EntityState.Deleted) => "removed",
        (PolicyRow, EntityState.Added or EntityState.Modified) => "set",
        (PolicyRow, EntityState.Deleted) => "removed",
        (_, EntityState.Added) => "created",
        (_, EntityState.Deleted) => "deleted",
        (ApiKey key, _) when key.RevokedAt is not null && Changed(entry, nameof(ApiKey.RevokedAt)) => "revoked",
        (ApiKey, _) when Changed(entry, nameof(ApiKey.SecretHash)) => "rotated",
        (SigningKey { State: SigningKeyState.Revoked }, _) when Changed(entry, nameof(SigningKey.State)) => "revoked",
        (Member, _) when Changed(entry, nameof(Member.AcceptedAt)) => "joined",
        (DialectHost, _) when Changed(entry, nameof(DialectHost.VerifiedAt)) => "verified",
        (Asset, _) when Changed(entry, nameof(Asset.CurrentVersion)) => "replaced",
        (Organization or Tenant or Space or Asset or AssetVersion, _) when Changed(entry, nameof(Asset.DeletedAt)) =>
            entry.Property(nameof(Asset.DeletedAt)).CurrentValue is null ? "restored" : "deleted",
        (Asset, _) when entry.Properties.Where(p => p.IsModified)
            .All(p => p.Metadata.Name is nameof(Asset.VariantGeneration) or nameof(Asset.UpdatedAt)) => "invalidated",
        _ => "updated",
    };

    private static bool Changed(EntityEntry entry, string property) => entry.Property(property).IsModified;

    private static bool HasChangedSecret(EntityEntry entry) => entry.Properties.Any(p => p.IsModified && p.Metadata.ClrType == typeof(byte[]));

    private static (JsonObject Before, JsonObject After) Values(EntityEntry entry)
    {
        JsonObject before = [], after = [];
        foreach (var property in entry.Properties)
        {
            // Bytes are hashes and encrypted secrets: never told.
            if (Unremarkable.Contains(property.Metadata.Name) || property.Metadata.ClrType == typeof(byte[])
                || property.Metadata.ClrType == typeof(NpgsqlTsVector))
                continue;
            if (entry.State is EntityState.Modified && (!property.IsModified || Equals(property.OriginalValue, property.CurrentValue)))
                continue;
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Metadata.Name);
            var isJson = property.Metadata.GetColumnType() == "jsonb";
            if (entry.State is not EntityState.Added)
                before[name] = Node(property.OriginalValue, isJson);
            if (entry.State is not EntityState.Deleted)
                after[name] = Node(property.CurrentValue, isJson);
        }

        if (entry.Entity is Preset preset)
            AddOperations(entry.Context, preset, after);
        if (entry.Entity is Overlay overlay)
            AddElements(entry.Context, overlay, after);
        return (before, after);
    }

    /// <summary>A preset's operations stand in its revisions, but people look for them at the preset.</summary>
    private static void AddOperations(DbContext context, Preset preset, JsonObject after)
    {
        var revision = context.ChangeTracker.Entries<PresetRevisionRow>()
            .FirstOrDefault(r => r.State is EntityState.Added && (r.Entity.PresetId == preset.Id || preset.Revisions.Contains(r.Entity)));
        if (revision is not null)
            after["operations"] = revision.Entity.Operations;
    }

    /// <summary>Likewise an overlay's elements.</summary>
    private static void AddElements(DbContext context, Overlay overlay, JsonObject after)
    {
        var revision = context.ChangeTracker.Entries<OverlayRevisionRow>()
            .FirstOrDefault(r => r.State is EntityState.Added && (r.Entity.OverlayId == overlay.Id || overlay.Revisions.Contains(r.Entity)));
        if (revision is not null)
            after["elements"] = JsonNode.Parse(revision.Entity.Elements);
    }

    private static JsonNode? Node(object? value, bool isJson) => value switch
    {
        null => null,
        string text when isJson => JsonNode.Parse(text),
        IPAddress address => address.ToString(),
        Enum choice => SnakeCase.Of(choice.ToString()),
        _ => JsonSerializer.SerializeToNode(value, value.GetType(), JsonSerializerOptions.Web),
    };

    private static string? Text(JsonObject values) => values.Count == 0 ? null : values.ToJsonString();
}
