using System.Security.Cryptography;
using ImageService.Core.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NSubstitute;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Secrets;

[Trait("Level", "Unit")]
public sealed class SecretProtectorTests
{
    private static readonly string One = Convert.ToBase64String(SHA256.HashData("one"u8));
    private static readonly string Two = Convert.ToBase64String(SHA256.HashData("two"u8));
    private static readonly byte[] Secret = [1, 2, 3, 4, 5];

    [Fact]
    public void What_was_sealed_opens_and_shows_nothing()
    {
        var protector = Under(One);
        var sealedSecret = protector.Protect(Secret, "row 1");
        protector.Unprotect(sealedSecret, "row 1").ShouldBe(Secret);
        Convert.ToHexString(sealedSecret).ShouldNotContain(Convert.ToHexString(Secret));
        protector.Protect(Secret, "row 1").ShouldNotBe(sealedSecret, "each seal has its own nonce");
    }

    [Fact]
    public void Any_changed_byte_is_noticed()
    {
        var protector = Under(One);
        var sealedSecret = protector.Protect(Secret);
        for (var i = 0; i < sealedSecret.Length; i++)
        {
            var changed = sealedSecret.ToArray();
            changed[i] ^= 1;
            Should.Throw<CryptographicException>(() => protector.Unprotect(changed), $"byte {i}");
        }

        Should.Throw<CryptographicException>(() => protector.Unprotect([]));
        Should.Throw<CryptographicException>(() => protector.Unprotect(sealedSecret.AsSpan(0, 32)));
    }

    [Fact]
    public void A_sealed_secret_cannot_be_moved_to_another_row() =>
        Should.Throw<CryptographicException>(() => Under(One).Unprotect(Under(One).Protect(Secret, "row 1"), "row 2"));

    [Fact]
    public void A_master_key_of_before_still_opens_and_the_new_one_seals()
    {
        var old = Under(One).Protect(Secret);
        var rotated = Under(Two, One);
        rotated.Unprotect(old).ShouldBe(Secret);
        Under(Two).Unprotect(rotated.Protect(Secret)).ShouldBe(Secret);
        Should.Throw<CryptographicException>(() => Under(Two).Unprotect(old)).Message.ShouldContain("Secrets:PreviousMasterKeys");
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2hvcnQ=")]
    [InlineData("not base64 at all, but of a length that fits.")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("/////////////////////////////////////////wA=")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData(SecretsOptionsSetup.DevelopmentKey)]
    public void Production_does_not_start_with_a_key_that_is_missing_short_or_known(string key) =>
        Should.Throw<OptionsValidationException>(() => Start(Environments.Production, key)).Message.ShouldContain("openssl rand -base64 32");

    [Fact]
    public void Production_starts_with_a_drawn_key() => Start(Environments.Production, One).MasterKey.ShouldBe(One);

    [Fact]
    public void A_previous_key_must_be_a_key() =>
        Should.Throw<OptionsValidationException>(() => Start(Environments.Production, One, "c2hvcnQ=")).Message.ShouldContain("PreviousMasterKeys");

    [Fact]
    public void Development_has_a_key_of_its_own() => Start(Environments.Development, "").MasterKey.ShouldBe(SecretsOptionsSetup.DevelopmentKey);

    [Fact]
    public void Options_never_print_a_key() => new SecretsOptions { MasterKey = One }.ToString().ShouldNotContain(One);

    private static SecretProtector Under(string key, params string[] previous) =>
        new(Options.Create(new SecretsOptions { MasterKey = key, PreviousMasterKeys = previous }));

    [Fact]
    public void The_section_the_keys_stood_in_before_is_still_read()
    {
        var options = Start("Signing", Environments.Production, One, [Two]);
        options.MasterKey.ShouldBe(One);
        options.PreviousMasterKeys.ShouldBe([Two]);
    }

    private static SecretsOptions Start(string environment, string key, params string[] previous) => Start(SecretsOptions.Section, environment, key, previous);

    private static SecretsOptions Start(string section, string environment, string key, string[] previous)
    {
        var host = Substitute.For<IHostEnvironment>();
        host.EnvironmentName.Returns(environment);
        var settings = previous.Select((text, index) => KeyValuePair.Create($"{section}:PreviousMasterKeys:{index}", (string?)text))
            .Append(new($"{section}:MasterKey", key));
        using var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddSingleton(host)
            .AddSecrets()
            .BuildServiceProvider();
        return provider.GetRequiredService<IOptions<SecretsOptions>>().Value;
    }
}
