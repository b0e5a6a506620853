using System.Buffers.Text;
using System.Security.Cryptography;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using ImageService.Core.Signing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Signing;

[Trait("Level", "Unit")]
public sealed class SigningKeyIssuerTests
{
    private static readonly Guid Organization = Guid.CreateVersion7();
    private static readonly Guid Tenant = Guid.CreateVersion7();

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly SecretProtector _protector = new(Options.Create(new SecretsOptions { MasterKey = Convert.ToBase64String(SHA256.HashData("test"u8)) }));
    private readonly SigningKeyIssuer _issuer;

    public SigningKeyIssuerTests() => _issuer = new SigningKeyIssuer(_protector, _time);

    [Fact]
    public void A_new_key_is_active_and_sealed()
    {
        var issued = _issuer.Issue(Organization, Tenant);
        (issued.Key.OrganizationId, issued.Key.TenantId, issued.Key.State,
            issued.Key.CreatedAt).ShouldBe((Organization, Tenant, SigningKeyState.Active, _time.GetUtcNow()));
        SignatureQuery.IsKid(issued.Key.Kid).ShouldBeTrue();
        var secret = Base64Url.DecodeFromChars(issued.Secret);
        secret.Length.ShouldBe(32);
        _protector.Unprotect(issued.Key.ProtectedSecret, SigningKeyIssuer.Context(issued.Key.Kid)).ShouldBe(secret);
        issued.ToString().ShouldBe(issued.Key.Kid);
    }

    [Fact]
    public void Rotation_leaves_the_old_key_verifying_until_the_grace_is_over()
    {
        var old = _issuer.Issue(Organization, Tenant).Key;
        var issued = _issuer.Rotate([old], Organization, Tenant, TimeSpan.FromHours(1));
        (old.State, old.VerifyUntil).ShouldBe((SigningKeyState.VerifyOnly, _time.GetUtcNow().AddHours(1)));
        issued.Key.State.ShouldBe(SigningKeyState.Active);
    }

    [Fact]
    public void Rotation_without_grace_retires_at_once_and_leaves_revoked_keys_alone()
    {
        var old = _issuer.Issue(Organization, Tenant).Key;
        var revoked = _issuer.Issue(Organization, Tenant).Key;
        SigningKeyIssuer.Revoke(revoked);
        _issuer.Rotate([old, revoked], Organization, Tenant, TimeSpan.Zero);
        (old.State, revoked.State).ShouldBe((SigningKeyState.Retired, SigningKeyState.Revoked));
    }
}
