using ImageService.Api.ControlPlane.ApiKeys;
using ImageService.Api.ControlPlane.AuditLogs;
using ImageService.Api.ControlPlane.Events;
using ImageService.Api.ControlPlane.Fonts;
using ImageService.Api.ControlPlane.Hosts;
using ImageService.Api.ControlPlane.IdentityProviders;
using ImageService.Api.ControlPlane.Installation;
using ImageService.Api.ControlPlane.Jobs;
using ImageService.Api.ControlPlane.Members;
using ImageService.Api.ControlPlane.Organizations;
using ImageService.Api.ControlPlane.Overlays;
using ImageService.Api.ControlPlane.Policies;
using ImageService.Api.ControlPlane.Presets;
using ImageService.Api.ControlPlane.Purges;
using ImageService.Api.ControlPlane.Sessions;
using ImageService.Api.ControlPlane.SigningKeys;
using ImageService.Api.ControlPlane.Spaces;
using ImageService.Api.ControlPlane.StoreMoves;
using ImageService.Api.ControlPlane.Tenants;
using ImageService.Api.ControlPlane.Usage;
using ImageService.Api.ControlPlane.Webhooks;
using ImageService.Api.Idempotency;
using ImageService.Core.Identity;

namespace ImageService.Api.ControlPlane;

/// <summary>Everything a tenant's people and programs may do, one line per resource.</summary>
internal static class ControlPlaneEndpoints
{
    public static void AddControlPlane(this WebApplicationBuilder builder)
    {
        builder.Services.AddFirstAdministrator();
        builder.Services.AddSingleton<IdempotencyStore>();
        builder.Services.AddSingleton<InvitationSender>();
        builder.Services.AddSingleton<OverlayUses>();
        builder.Services.AddSingleton<SignInAudit>();
        builder.Services.AddSingleton<OidcProviderClient>();
        builder.Services.AddSingleton<OidcFlow>();
        builder.Services.AddSingleton<ChangeFeed>();
        builder.Services.AddHostedService(static provider => provider.GetRequiredService<ChangeFeed>());
    }

    public static void MapControlPlane(this WebApplication app)
    {
        var routes = app.MapGroup("");
        routes.MapOrganizations();
        routes.MapTenants();
        routes.MapSpaces();
        routes.MapHosts();
        routes.MapAliases();
        routes.MapPresets();
        routes.MapOverlays();
        routes.MapFonts();
        routes.MapPolicies();
        routes.MapStoreMoves();
        routes.MapApiKeys();
        routes.MapSigningKeys();
        routes.MapSignatureReports();
        routes.MapMembers();
        routes.MapSessions();
        routes.MapPerson();
        routes.MapUsage();
        routes.MapSlowest();
        routes.MapAuditLogs();
        routes.MapWebhooks();
        routes.MapIdentityProviders();
        routes.MapJobs();
        routes.MapPurges();
        routes.MapEvents();
        routes.MapSystem();
    }
}
