using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace ImageService.Core.Registry;

/// <summary>
/// A unit of work on the registry. Made by <see cref="RegistryFactory"/>, which fixes the organization whose rows it can see:
/// row-level security in PostgreSQL holds even where a query forgets its filter.
/// </summary>
public sealed class RegistryDb(DbContextOptions<RegistryDb> options) : DbContext(options)
{
    /// <summary>The organization whose rows are visible; null with <see cref="IsSystem"/> false sees nothing.</summary>
    public Guid? OrganizationId { get; init; }

    /// <summary>Whether row-level security is lifted for this unit of work.</summary>
    public bool IsSystem { get; init; }

    /// <summary>Whether facts go through the outbox: see <see cref="MessageDestination"/>.</summary>
    public bool UsesOutbox { get; init; }

    /// <summary>Audit lines of the save under way.</summary>
    internal List<AuditEntry> AutomaticAudit { get; } = [];

    public DbSet<Organization> Organizations => Set<Organization>();

    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<Space> Spaces => Set<Space>();

    public DbSet<Asset> Assets => Set<Asset>();

    public DbSet<AssetTag> AssetTags => Set<AssetTag>();

    public DbSet<AssetVersion> AssetVersions => Set<AssetVersion>();

    public DbSet<AssetUse> AssetUses => Set<AssetUse>();

    public DbSet<Variant> Variants => Set<Variant>();

    public DbSet<StoredNow> StoredNow => Set<StoredNow>();

    public DbSet<StoredByHour> StoredByHour => Set<StoredByHour>();

    public DbSet<Preset> Presets => Set<Preset>();

    public DbSet<PresetRevisionRow> PresetRevisions => Set<PresetRevisionRow>();

    public DbSet<PresetGeneration> PresetGenerations => Set<PresetGeneration>();

    public DbSet<Overlay> Overlays => Set<Overlay>();

    public DbSet<OverlayRevisionRow> OverlayRevisions => Set<OverlayRevisionRow>();

    public DbSet<Font> Fonts => Set<Font>();

    public DbSet<PolicyRow> Policies => Set<PolicyRow>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    public DbSet<User> Users => Set<User>();

    public DbSet<UserSession> UserSessions => Set<UserSession>();

    public DbSet<UserToken> UserTokens => Set<UserToken>();

    public DbSet<Member> Members => Set<Member>();

    public DbSet<IdentityProvider> IdentityProviders => Set<IdentityProvider>();

    public DbSet<UsageHour> UsageHours => Set<UsageHour>();

    public DbSet<QuotaCounter> QuotaCounters => Set<QuotaCounter>();

    public DbSet<OutboxMessage> OutboxMessages => Set<OutboxMessage>();

    public DbSet<QueuedMessage> QueuedMessages => Set<QueuedMessage>();

    public DbSet<AuditEntry> AuditLogs => Set<AuditEntry>();

    public DbSet<IdempotencyRecord> IdempotencyKeys => Set<IdempotencyRecord>();

    public DbSet<Upload> Uploads => Set<Upload>();

    public DbSet<ImportJob> ImportJobs => Set<ImportJob>();

    public DbSet<OrphanSweep> OrphanSweeps => Set<OrphanSweep>();

    public DbSet<StoreMove> StoreMoves => Set<StoreMove>();

    public DbSet<DialectHost> Hosts => Set<DialectHost>();

    public DbSet<AssetAlias> Aliases => Set<AssetAlias>();

    public DbSet<EdgePurge> EdgePurges => Set<EdgePurge>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(RegistryDb).Assembly);

        // Ids are made here, so a set id does not mean that the row exists already.
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
            entity.FindProperty("Id")?.ValueGenerated = ValueGenerated.Never;
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        Text<AssetAccess>();
        Text<ActorType>();
        Text<Role>();
        Text<PolicyLevel>();
        Text<SigningKeyState>();
        Text<StorageTier>();
        Text<StoreMoveState>();
        Text<ImportSource>();
        Text<ImportState>();
        Text<UploadKind>();
        Text<EdgePurgeState>();
        Text<PresetGenerationState>();
        Text<UrlDialect>();

        void Text<T>()
            where T : struct, Enum => configurationBuilder.Properties<T>().HaveConversion<SnakeCaseConverter<T>>().HaveMaxLength(20);
    }
}
