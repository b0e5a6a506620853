using ImageService.Core.Access;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Facts;

/// <summary>PostgreSQL dies and comes back under a running process.</summary>
[Trait("Level", "Integration")]
public sealed class FactsOutageTests(PostgresServer servers, RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Known_places_stay_known_keys_do_not_and_all_recovers_without_a_restart()
    {
        await using var server = await servers.StartPrivateAsync(Ct);
        await RegistryMigrator.MigrateAsync(server.ConnectionString, Ct);
        await using var services = RegistryFixture.Build(server.ConnectionString, settings: new(StringComparer.Ordinal)
        {
            ["Caching:Facts:MaxAge"] = "00:00:01",
            ["Caching:Facts:MaxAgeUnheard"] = "00:00:01",
        });
        await registry.ListenAsync(services);
        var (organization, key) = await FillAsync(services);
        await RegistryFixture.CatchUpAsync(services);
        var (directory, verifier) = (services.GetRequiredService<TenantDirectory>(), services.GetRequiredService<ApiKeyVerifier>());
        (await directory.FindOrganizationAsync(organization.Slug, Ct)).ShouldNotBeNull();
        (await verifier.VerifyAsync(key, null, Ct)).IsSuccess.ShouldBeTrue();

        await server.KillAsync();
        var facts = services.GetRequiredService<FactsCache>();
        await Probe.UntilAsync(() => !facts.IsListening, "the silence is noticed");
        (await directory.FindOrganizationAsync(organization.Slug, Ct)).ShouldNotBeNull("cached public images go on being served");
        await Probe.UntilAsync(async () => RegistryFailure.IsUnavailable(await Record.ExceptionAsync(() => verifier.VerifyAsync(key, null, Ct))),
            "keys are refused as 'unavailable'");
        RegistryFailure.IsUnavailable(await Record.ExceptionAsync(() => directory.FindOrganizationAsync("unknown", Ct).AsTask())).ShouldBeTrue();

        await server.StartAsync();
        await Probe.UntilAsync(() => facts.IsListening, "changes are heard again");
        (await verifier.VerifyAsync(key, null, Ct)).IsSuccess.ShouldBeTrue();
        await using (var db = services.GetRequiredService<RegistryFactory>().ForOrganization(organization.Id))
        {
            db.Organizations.Single().DeletedAt = DateTimeOffset.UtcNow;
            await db.SaveChangesAsync(Ct);
        }

        (await directory.FindOrganizationAsync(organization.Slug, Ct)).ShouldBeNull();
    }

    private static async Task<(Organization Organization, string Key)> FillAsync(ServiceProvider services)
    {
        var organization = new Organization { Slug = "acme", Name = "Acme" };
        var keyId = ApiKeyText.NewKeyId();
        var (text, hash) = ApiKeyText.New(keyId);
        await using var db = services.GetRequiredService<RegistryFactory>().ForOrganization(organization.Id);
        db.Organizations.Add(organization);
        db.ApiKeys.Add(new ApiKey { OrganizationId = organization.Id, KeyId = keyId, Name = "ci", SecretHash = hash, Scopes = [Scopes.ImageRead] });
        await db.SaveChangesAsync(Ct);
        return (organization, text);
    }
}
