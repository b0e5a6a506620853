using ImageService.Core.Access;
using ImageService.Core.Identity;
using ImageService.Core.Messaging;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Demo;

/// <summary>Makes what is missing of the demo organization and leaves alone what is there: it can run at every start.</summary>
internal sealed class DemoOrganization(
    RegistryFactory registry, Accounts accounts, PasswordHasher hasher, SigningKeyIssuer issuer, ApiKeyVerifier verifier, TimeProvider clock)
{
    public const string Slug = "acme";
    public const string TenantSlug = "website";
    public const string PublicSpace = "marketing";
    public const string PrivateSpace = "confidential";

    private const string KeyName = "Demo key";

    private static readonly (string Key, string Value)[] Policies =
    [
        (PolicyCatalog.RateLimitRequests, "1000000"), (PolicyCatalog.RateLimitWindowSeconds, "60"), (PolicyCatalog.ApiRateLimitRequests, "1000000"),
    ];

    private static readonly (string Slug, string Name, string Operations, bool AutoGenerate)[] Presets =
    [
        ("thumbnail", "Thumbnail", "w_200-h_200-f_cover-g_smart", true),
        ("card", "Card", "w_640-h_480-f_cover-q_80", true),
        ("hero", "Hero", "w_1600-h_700-f_cover-g_smart-fmt_auto", false),
        ("avatar", "Avatar", "w_96-h_96-f_cover-g_center", false),
        ("mono", "Black and white", "w_800-bw", false),
        ("social", "Social card", "w_1200-h_630-f_cover-g_smart-o_social_card", false),
    ];

    /// <summary>The organization with tenant, signing key, spaces, presets and limits.</summary>
    /// <returns>Ids of organization and tenant.</returns>
    public async Task<(Guid OrganizationId, Guid TenantId)> EnsureAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var id = await FindAsync(ct) ?? Guid.CreateVersion7();
        await using var db = registry.ForOrganization(id);
        if (!await db.Organizations.AnyAsync(row => row.Id == id, ct))
            db.Organizations.Add(new Organization { Id = id, Slug = Slug, Name = "Acme", CreatedAt = now, UpdatedAt = now });
        var tenant = await db.Tenants.SingleOrDefaultAsync(row => row.OrganizationId == id && row.Slug == TenantSlug && row.DeletedAt == null, ct);
        if (tenant is null)
        {
            tenant = new Tenant { OrganizationId = id, Slug = TenantSlug, Name = "Website", CreatedAt = now, UpdatedAt = now };
            db.Tenants.Add(tenant);
            db.SigningKeys.Add(issuer.Issue(id, tenant.Id).Key);
        }

        await AddSpacesAsync(db, id, tenant.Id, now, ct);
        await AddPresetsAsync(db, id, now, ct);
        await DemoOverlays.AddAsync(db, id, now, ct);
        await AddPoliciesAsync(db, id, now, ct);
        await db.SaveChangesAsync(ct);
        return (id, tenant.Id);
    }

    /// <summary>The portal's owner, with the password of the configuration.</summary>
    public async Task EnsureOwnerAsync(Guid organizationId, string emailText, string password, CancellationToken ct)
    {
        if (!EmailAddress.TryParse(emailText, out var email))
            throw new InvalidOperationException("Demo:PortalUser is no e-mail address.");
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        var user = await db.Users.SingleOrDefaultAsync(row => row.Email == email.Value, ct);
        if (user is null)
        {
            var made = await accounts.NewAsync(email, "Olivia Owner", password, ct);
            user = made.IsSuccess ? made.Value : throw new InvalidOperationException($"Demo:PortalPassword: {made.Error.Detail}");
            db.Users.Add(user);
        }
        else if (await hasher.VerifyAsync(user.PasswordHash, password, ct) is PasswordMatch.Wrong)
        {
            user.PasswordHash = await hasher.HashAsync(password, ct);
        }

        (user.FailedSignIns, user.LockedUntil, user.IsAdministrator) = (0, null, true);
        if (!await db.Members.AnyAsync(row => row.OrganizationId == organizationId && row.UserId == user.Id && row.TenantId == null && row.Role == Role.Owner,
            ct))
            db.Members.Add(new Member
            {
                OrganizationId = organizationId, Email = email.Value, Role = Role.Owner, UserId = user.Id, CreatedAt = now,
                AcceptedAt = now
            });
        await db.SaveChangesAsync(ct);
    }

    /// <summary>The API key of an earlier start if it still works, else a new one in its place.</summary>
    public async Task<string> EnsureKeyAsync(Guid organizationId, string? known, CancellationToken ct)
    {
        if (known is not null && await verifier.VerifyAsync(known, null, ct) is { IsSuccess: true, Value.OrganizationId: { } owner } && owner == organizationId)
            return known;
        var now = clock.GetUtcNow();
        await using var db = registry.ForOrganization(organizationId);
        foreach (var lost in await db.ApiKeys.Where(row => row.OrganizationId == organizationId && row.Name == KeyName && row.RevokedAt == null)
            .ToListAsync(ct))
            lost.RevokedAt = now;
        var keyId = ApiKeyText.NewKeyId();
        var (text, hash) = ApiKeyText.New(keyId);
        db.ApiKeys.Add(new ApiKey
        {
            OrganizationId = organizationId, KeyId = keyId, Name = KeyName, SecretHash = hash,
            Scopes = [.. Scopes.All.Order(StringComparer.Ordinal)], CreatedAt = now
        });
        await db.SaveChangesAsync(ct);
        return text;
    }

    private async Task<Guid?> FindAsync(CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        return await db.Organizations.Where(row => row.Slug == Slug && row.DeletedAt == null).Select(row => (Guid?)row.Id).SingleOrDefaultAsync(ct);
    }

    private static async Task AddSpacesAsync(RegistryDb db, Guid organizationId, Guid tenantId, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var (slug, name, access) in ((string, string,
            AssetAccess)[])[(PublicSpace, "Marketing", AssetAccess.Public), (PrivateSpace, "Confidential", AssetAccess.Private)])
        {
            var space = await db.Spaces.SingleOrDefaultAsync(row => row.TenantId == tenantId && row.Slug == slug && row.DeletedAt == null, ct);
            if (space is null)
            {
                space =
                    new Space
                    {
                        OrganizationId = organizationId, TenantId = tenantId, Slug = slug, Name = name, DefaultAccess = access, CreatedAt = now,
                        UpdatedAt = now
                    };
                db.Spaces.Add(space);
            }

            // The demo shows every size that is asked for.
            if (!await db.Policies.AnyAsync(row => row.OrganizationId == organizationId && row.ScopeId == space.Id && row.Key == PolicyCatalog.WidthLadder, ct))
                db.Policies.Add(new PolicyRow
                {
                    OrganizationId = organizationId, Level = PolicyLevel.Space, ScopeId = space.Id,
                    Key = PolicyCatalog.WidthLadder, Value = "[]", UpdatedAt = now
                });
        }
    }

    private static async Task AddPresetsAsync(RegistryDb db, Guid organizationId, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var (slug, name, operations, autoGenerate) in Presets)
        {
            if (await db.Presets.AnyAsync(row => row.OrganizationId == organizationId && row.TenantId == null && row.Slug == slug, ct))
                continue;
            var preset = new Preset
            {
                OrganizationId = organizationId, Slug = slug, Name = name, AutoGenerate = autoGenerate, CreatedAt = now,
                UpdatedAt = now
            };
            db.Presets.Add(preset);
            db.PresetRevisions.Add(
                new PresetRevisionRow { OrganizationId = organizationId, PresetId = preset.Id, Revision = 1, Operations = operations, CreatedAt = now });
            db.Publish(new PresetChanged(organizationId, preset.Id), now);
        }
    }

    private static async Task AddPoliciesAsync(RegistryDb db, Guid organizationId, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var (key, value) in Policies)
        {
            if (!await db.Policies.AnyAsync(row => row.OrganizationId == organizationId && row.ScopeId == organizationId && row.Key == key, ct))
                db.Policies.Add(new PolicyRow
                {
                    OrganizationId = organizationId, Level = PolicyLevel.Organization, ScopeId = organizationId, Key = key,
                    Value = value, UpdatedAt = now
                });
        }
    }
}
