using ImageService.Core.Identity;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Identity;

[Trait("Level", "Unit")]
public sealed class PasswordHasherTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_matches_its_own_hash_only_and_two_hashes_of_it_differ()
    {
        using var hasher = Hasher(210_000);
        var hash = await hasher.HashAsync("correct horse", Ct);
        (await hasher.VerifyAsync(hash, "correct horse", Ct)).ShouldBe(PasswordMatch.Right);
        (await hasher.VerifyAsync(hash, "correct horsf", Ct)).ShouldBe(PasswordMatch.Wrong);
        (await hasher.HashAsync("correct horse", Ct)).ShouldNotBe(hash);
    }

    [Fact]
    public async Task A_hash_of_a_lower_cost_is_to_be_renewed()
    {
        using var yesterday = Hasher(210_000);
        using var today = Hasher(230_000);
        var hash = await yesterday.HashAsync("correct horse", Ct);
        (await today.VerifyAsync(hash, "correct horse", Ct)).ShouldBe(PasswordMatch.RightButOutdated);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("$2b$10$abcdefghijklmnopqrstuv")]
    [InlineData("AQAAAAI=")]
    [InlineData("/////w==")]
    public async Task What_is_no_hash_of_ours_matches_nothing(string? stored)
    {
        using var hasher = Hasher(210_000);
        (await hasher.VerifyAsync(stored, "", Ct)).ShouldBe(PasswordMatch.Wrong);
    }

    [Fact]
    public async Task An_unknown_account_costs_what_a_known_one_costs()
    {
        using var hasher = Hasher(210_000);
        var hash = await hasher.HashAsync("correct horse", Ct);
        await hasher.VerifyAsync(null, "wrong", Ct);
        var known = await FastestAsync(() => hasher.VerifyAsync(hash, "wrong", Ct));
        var unknown = await FastestAsync(() => hasher.VerifyAsync(null, "wrong", Ct));
        (unknown / known).ShouldBeInRange(0.4, 2.5);
    }

    [Theory]
    [InlineData("a good passphrase", true)]
    [InlineData("short", false)]
    [InlineData("password123", false)]
    [InlineData("aaaaaaaaaaaaa", false)]
    [InlineData("my ana@acme.example password", false)]
    public void Passwords_are_long_and_not_guessable(string password, bool accepted)
    {
        EmailAddress.TryParse("ana@acme.example", out var email).ShouldBeTrue();
        PasswordRules.Accept(password, email).ShouldBe(accepted);
    }

    [Theory]
    [InlineData("Ana@Acme.Example", "ana@acme.example")]
    [InlineData(" ana@acme.example ", "ana@acme.example")]
    [InlineData("Ana <ana@acme.example>", null)]
    [InlineData("ana", null)]
    [InlineData("", null)]
    public void Addresses_have_one_form(string text, string? form)
    {
        EmailAddress.TryParse(text, out var email).ShouldBe(form is not null);
        if (form is not null)
            email.Value.ShouldBe(form);
    }

    [Fact]
    public void Tokens_say_what_they_are_for_and_never_show_themselves()
    {
        var token = OpaqueToken.New(OpaqueToken.Session);
        OpaqueToken.Read(token.Text, OpaqueToken.Session).ShouldBe(token.Hash);
        OpaqueToken.Read(token.Text, OpaqueToken.Invitation).ShouldBeNull();
        OpaqueToken.Read(token.Text + "x", OpaqueToken.Session).ShouldBeNull();
        token.ToString().ShouldNotContain(token.Text);
    }

    [Fact]
    public void A_recovery_code_is_read_however_it_is_typed()
    {
        var (codes, hashes) = RecoveryCodes.New();
        codes.Distinct(StringComparer.Ordinal).Count().ShouldBe(10);
        codes.ShouldAllBe(code => code.Replace("-", "", StringComparison.Ordinal).Length * 5 >= 80, "bits of chance in each");
        RecoveryCodes.Hash(codes[3].ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal)).ShouldBe(hashes[3]);
    }

    private static async Task<double> FastestAsync(Func<Task> work)
    {
        var fastest = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            await work();
            fastest = Math.Min(fastest, TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
        }

        return fastest;
    }

    private static PasswordHasher Hasher(int iterations) => new(Options.Create(new IdentityOptions { PasswordIterations = iterations }));
}
