using System.Buffers.Text;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using ImageService.Core.Signing;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Signing;

[Trait("Level", "Integration")]
public sealed class SigningKeyRingTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const string Path = "/v1/priv/a/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/w_1.jpg";
    private const string Host = "images.example.com";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_url_signed_with_the_tenants_key_verifies_and_is_counted()
    {
        await using var replica = await NewReplicaAsync();
        var (organization, key) = await NewKeyAsync(replica);
        var ring = replica.GetRequiredService<SigningKeyRing>();
        (await ring.ActiveAsync(organization.OrganizationId, organization.TenantId, Ct))!.Kid.ShouldBe(key.Key.Kid);
        var query = Sign(organization, key, DateTimeOffset.UtcNow.AddMinutes(5));
        for (var i = 0; i < 3; i++)
            (await VerifyAsync(ring, organization, query)).ShouldBeTrue();
        (await VerifyAsync(ring, organization, Sign(organization, key, DateTimeOffset.UtcNow.AddMinutes(-5)))).ShouldBeFalse();

        var counts = replica.GetRequiredService<SigningKeyCounts>();
        await counts.FlushAsync(Ct);
        await counts.FlushAsync(Ct);
        await using var db = registry.Registry.ForOrganization(organization.OrganizationId);
        var stored = await db.SigningKeys.AsNoTracking().SingleAsync(one => one.Id == key.Key.Id, Ct);
        stored.VerifiedRequests.ShouldBe(3);
        stored.LastVerifiedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_key_of_another_tenant_verifies_nothing_here()
    {
        await using var replica = await NewReplicaAsync();
        var (mine, _) = await NewKeyAsync(replica);
        var (_, theirs) = await NewKeyAsync(replica);
        (await VerifyAsync(replica.GetRequiredService<SigningKeyRing>(), mine, Sign(mine, theirs, DateTimeOffset.UtcNow.AddMinutes(5)))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_revoked_key_ends_on_every_replica_within_five_seconds()
    {
        await using var one = await NewReplicaAsync();
        await using var other = await NewReplicaAsync();
        var (organization, key) = await NewKeyAsync(one);
        var query = Sign(organization, key, DateTimeOffset.UtcNow.AddMinutes(5));
        ServiceProvider[] replicas = [one, other];
        foreach (var replica in replicas)
            (await VerifyAsync(replica.GetRequiredService<SigningKeyRing>(), organization, query)).ShouldBeTrue();

        await ChangeAsync(organization, key, SigningKeyIssuer.Revoke);
        var revokedAt = TimeProvider.System.GetTimestamp();
        foreach (var replica in replicas)
            await Probe.UntilAsync(async () => !await VerifyAsync(replica.GetRequiredService<SigningKeyRing>(), organization, query),
                "a revoked key is refused");
        TimeProvider.System.GetElapsedTime(revokedAt).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_key_in_its_grace_period_verifies_but_does_not_sign()
    {
        await using var replica = await NewReplicaAsync();
        var (organization, old) = await NewKeyAsync(replica);
        await RotateAsync(replica, organization, TimeSpan.FromHours(1));
        var ring = replica.GetRequiredService<SigningKeyRing>();
        (await VerifyAsync(ring, organization, Sign(organization, old, DateTimeOffset.UtcNow.AddMinutes(5)))).ShouldBeTrue();
        (await ring.ActiveAsync(organization.OrganizationId, organization.TenantId, Ct))!.Kid.ShouldNotBe(old.Key.Kid);
    }

    [Fact]
    public async Task A_key_whose_grace_is_over_verifies_no_more()
    {
        await using var replica = await NewReplicaAsync();
        var (organization, old) = await NewKeyAsync(replica);
        await ChangeAsync(organization, old, key => (key.State, key.VerifyUntil) = (SigningKeyState.VerifyOnly, DateTimeOffset.UtcNow.AddSeconds(-1)));
        (await VerifyAsync(replica.GetRequiredService<SigningKeyRing>(), organization,
            Sign(organization, old, DateTimeOffset.UtcNow.AddMinutes(5)))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_secret_moved_to_another_row_does_not_open()
    {
        await using var replica = await NewReplicaAsync();
        var (organization, one) = await NewKeyAsync(replica);
        var moved = replica.GetRequiredService<SigningKeyIssuer>().Issue(organization.OrganizationId, organization.TenantId).Key;
        moved.ProtectedSecret = one.Key.ProtectedSecret;
        await AddAsync(organization, moved);
        await Should.ThrowAsync<System.Security.Cryptography.CryptographicException>(
            async () => await replica.GetRequiredService<SigningKeyRing>().ActiveAsync(organization.OrganizationId, organization.TenantId, Ct));
    }

    private static async Task<bool> VerifyAsync(SigningKeyRing ring, TestOrganization organization, string query) =>
        (await ring.VerifyAsync(organization.OrganizationId, organization.TenantId, Path, query, Host, Ct)).IsSuccess;

    private static string Sign(TestOrganization organization, IssuedSigningKey key, DateTimeOffset expires)
    {
        var request = new SignedRequest(Path, expires.ToUnixTimeSeconds(), Host, organization.TenantId);
        return ImageUrlBuilder.SignedPath(Base64Url.DecodeFromChars(key.Secret), key.Key.Kid, request)[Path.Length..];
    }

    private async Task<ServiceProvider> NewReplicaAsync()
    {
        var replica = RegistryFixture.Build(registry.OwnerConnectionString, services => services.AddSecrets().AddSigning());
        await registry.ListenAsync(replica);
        return replica;
    }

    private async Task<(TestOrganization Organization, IssuedSigningKey Key)> NewKeyAsync(ServiceProvider replica)
    {
        var organization = await registry.NewOrganizationAsync();
        var issued = replica.GetRequiredService<SigningKeyIssuer>().Issue(organization.OrganizationId, organization.TenantId);
        await AddAsync(organization, issued.Key);
        return (organization, issued);
    }

    private async Task AddAsync(TestOrganization organization, SigningKey key)
    {
        await using var db = registry.Registry.ForOrganization(organization.OrganizationId);
        db.SigningKeys.Add(key);
        await db.SaveChangesAsync(Ct);
    }

    private async Task ChangeAsync(TestOrganization organization, IssuedSigningKey issued, Action<SigningKey> change)
    {
        await using var db = registry.Registry.ForOrganization(organization.OrganizationId);
        change(await db.SigningKeys.SingleAsync(key => key.Id == issued.Key.Id, Ct));
        await db.SaveChangesAsync(Ct);
    }

    private async Task RotateAsync(ServiceProvider replica, TestOrganization organization, TimeSpan grace)
    {
        await using var db = registry.Registry.ForOrganization(organization.OrganizationId);
        var present = await db.SigningKeys.Where(key => key.TenantId == organization.TenantId).ToListAsync(Ct);
        db.SigningKeys.Add(replica.GetRequiredService<SigningKeyIssuer>().Rotate(present, organization.OrganizationId, organization.TenantId, grace).Key);
        await db.SaveChangesAsync(Ct);
    }
}
