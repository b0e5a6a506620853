using System.Net;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Access;

[Trait("Level", "Integration")]
public sealed class ApiKeyTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly IPAddress Home = IPAddress.Parse("192.0.2.7");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ApiKeyVerifier Verifier => registry.Services.GetRequiredService<ApiKeyVerifier>();

    [Fact]
    public async Task A_key_is_its_caller()
    {
        var (mine, text, key) = await NewKeyAsync();

        var caller = (await Verifier.VerifyAsync(text, Home, Ct)).Value;

        (caller.Type, caller.Id, caller.OrganizationId, caller.TenantId,
            caller.IsPlatform).ShouldBe((ActorType.ApiKey, key.Id, mine.OrganizationId, null, false));
        caller.May(Scopes.ImageRead, mine.TenantId, mine.SpaceId).ShouldBeTrue();
        caller.May(Scopes.ImageWrite, null, null).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_wrong_text_is_refused_alike()
    {
        var (_, text, key) = await NewKeyAsync();
        var other = ApiKeyText.New(key.KeyId).Text;
        var unknown = ApiKeyText.New(ApiKeyText.NewKeyId()).Text;

        foreach (var wrong in new[] { other, unknown, text[..^1], text + "0", text.ToUpperInvariant(), $"imgsvc_{key.KeyId}.", "", "x",
            new string('x', 10_000) })
            (await Verifier.VerifyAsync(wrong, Home, Ct)).Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.Unauthenticated);
    }

    [Fact]
    public async Task Expired_revoked_and_orphaned_keys_are_refused()
    {
        var (_, expired, _) = await NewKeyAsync(key => key.ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1));
        var (_, revoked, _) = await NewKeyAsync(key => key.RevokedAt = DateTimeOffset.UtcNow);
        var (mine, orphaned, _) = await NewKeyAsync();
        (await Verifier.VerifyAsync(orphaned, Home, Ct)).IsSuccess.ShouldBeTrue();
        await using (var db = registry.Registry.ForOrganization(mine.OrganizationId))
        {
            (await db.Organizations.SingleAsync(Ct)).DeletedAt = DateTimeOffset.UtcNow;
            await db.SaveChangesAsync(Ct);
        }

        foreach (var text in new[] { expired, revoked, orphaned })
            (await Verifier.VerifyAsync(text, Home, Ct)).IsSuccess.ShouldBeFalse();
    }

    [Fact]
    public async Task The_secret_before_a_rotation_works_until_its_grace_ends()
    {
        var (mine, old, key) = await NewKeyAsync();
        var (fresh, hash) = ApiKeyText.New(key.KeyId);
        await RotateAsync(DateTimeOffset.UtcNow.AddMinutes(5));
        (await Verifier.VerifyAsync(old, Home, Ct)).IsSuccess.ShouldBeTrue();
        (await Verifier.VerifyAsync(fresh, Home, Ct)).IsSuccess.ShouldBeTrue();
        await RotateAsync(DateTimeOffset.UtcNow.AddSeconds(-1));
        (await Verifier.VerifyAsync(old, Home, Ct)).IsSuccess.ShouldBeFalse();
        (await Verifier.VerifyAsync(fresh, Home, Ct)).IsSuccess.ShouldBeTrue();

        async Task RotateAsync(DateTimeOffset until)
        {
            await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
            var row = await db.ApiKeys.SingleAsync(Ct);
            (row.PreviousSecretHash, row.PreviousSecretValidUntil, row.SecretHash) = (key.SecretHash, until, hash);
            await db.SaveChangesAsync(Ct);
        }
    }

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.7", true)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.0/24", "192.0.3.7", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("2001:db8::/32", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "192.0.2.7", false)]
    [InlineData("192.0.2.9/24", "192.0.2.7", true)]
    [InlineData("everywhere", "192.0.2.7", false)]
    [InlineData("192.0.2.0/24", null, false)]
    public async Task A_key_works_from_its_networks_only(string allowed, string? from, bool isAllowed)
    {
        var (_, text, _) = await NewKeyAsync(key => key.AllowedAddresses = [allowed]);

        (await Verifier.VerifyAsync(text, from is null ? null : IPAddress.Parse(from), Ct)).IsSuccess.ShouldBe(isAllowed);
    }

    [Fact]
    public async Task Uses_are_written_in_batches_and_refused_uses_of_the_right_secret_are_audited()
    {
        var (mine, text, key) = await NewKeyAsync();
        var (theirs, revoked, revokedKey) = await NewKeyAsync(k => k.RevokedAt = DateTimeOffset.UtcNow);
        for (var i = 0; i < 5; i++)
        {
            await Verifier.VerifyAsync(text, Home, Ct);
            await Verifier.VerifyAsync(revoked, Home, Ct);
        }

        await registry.Services.GetRequiredService<ApiKeyUses>().FlushAsync(Ct);

        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        var row = await db.ApiKeys.SingleAsync(Ct);
        row.LastUsedAddress.ShouldBe(Home);
        row.LastUsedAt.ShouldNotBeNull();
        await using var other = registry.Registry.ForOrganization(theirs.OrganizationId);
        var line = await other.AuditLogs.SingleAsync(a => a.Action == "api_key.refused", Ct);
        line.ResourceId.ShouldBe(revokedKey.KeyId);
        line.After.ShouldNotBeNull().ShouldContain("revoked");
        line.After.ShouldNotContain(revoked[^20..]);
    }

    [Fact]
    public async Task The_platform_key_is_the_platform()
    {
        var key = Convert.ToHexStringLower(Guid.CreateVersion7().ToByteArray());
        await using var services =
            RegistryFixture.Build(registry.OwnerConnectionString, settings: new(StringComparer.Ordinal) { ["Access:PlatformKey"] = key });

        (await services.GetRequiredService<ApiKeyVerifier>().VerifyAsync(key, Home, Ct)).Value.IsPlatform.ShouldBeTrue();
        (await Verifier.VerifyAsync(key, Home, Ct)).IsSuccess.ShouldBeFalse();
        (await Verifier.VerifyAsync("", Home, Ct)).IsSuccess.ShouldBeFalse("an empty platform key is none");
    }

    [Theory]
    [InlineData("short", true, false)]
    [InlineData("changeme-changeme-changeme-0123456789", true, true)]
    [InlineData("changeme-changeme-changeme-0123456789", false, false)]
    [InlineData("abababababababababababababababababab", false, false)]
    [InlineData("0123456789abcdef0123456789abcdef", false, false)]
    [InlineData("6b1f0c2f0e5d4bb38f7a9d0c3e5a71b2c4d6e8f0", false, true)]
    [InlineData("", false, true)]
    public void A_weak_platform_key_stops_the_start_outside_development(string key, bool isDevelopment, bool isAccepted)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<Microsoft.Extensions.Configuration.IConfiguration>(
            Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(
                new Microsoft.Extensions.Configuration.ConfigurationBuilder(), [new("Access:PlatformKey", key)]).Build());
        var environment = NSubstitute.Substitute.For<Microsoft.Extensions.Hosting.IHostEnvironment>();
        environment.EnvironmentName = isDevelopment ? "Development" : "Production";
        NSubstitute.SubstituteExtensions.Returns(environment.EnvironmentName, isDevelopment ? "Development" : "Production");
        services.AddSingleton(environment);
        services.AddAccess();
        using var provider = services.BuildServiceProvider();

        var read = () => provider.GetRequiredService<IOptions<AccessOptions>>().Value;

        if (isAccepted)
            read().PlatformKey.ShouldBe(key);
        else
            Should.Throw<OptionsValidationException>(read).Message.ShouldContain("openssl rand -hex 32");
    }

    private async Task<(TestOrganization Mine, string Text, ApiKey Key)> NewKeyAsync(Action<ApiKey>? change = null)
    {
        var mine = await registry.NewOrganizationAsync();
        var keyId = ApiKeyText.NewKeyId();
        var (text, hash) = ApiKeyText.New(keyId);
        var key = new ApiKey { OrganizationId = mine.OrganizationId, KeyId = keyId, Name = "ci", SecretHash = hash, Scopes = [Scopes.ImageRead] };
        change?.Invoke(key);
        await using var db = registry.Registry.ForOrganization(mine.OrganizationId);
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(Ct);
        return (mine, text, key);
    }
}
