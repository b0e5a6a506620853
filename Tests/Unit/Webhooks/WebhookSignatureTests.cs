using Shouldly;
using Xunit;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using ImageService.Core.Webhooks;

namespace ImageService.Tests.Core.Webhooks;

[Trait("Level", "Unit")]
public sealed class WebhookSignatureTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_780_000_000);
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    [Fact]
    public void The_header_is_what_any_receiver_can_compute()
    {
        var mac = HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes("1780000000.{\"a\":\"ü\"}"));
        WebhookSignature.Sign(Secret, "{\"a\":\"ü\"}", At).ShouldBe($"t=1780000000,v1={Convert.ToHexStringLower(mac)}");
    }

    [Fact]
    public void A_signature_verifies_within_its_time_only()
    {
        var header = WebhookSignature.Sign(Secret, "body", At);
        WebhookSignature.Verify(Secret, "body", header, At.AddMinutes(4), Tolerance).ShouldBeTrue();
        WebhookSignature.Verify(Secret, "body", header, At.AddMinutes(6), Tolerance).ShouldBeFalse();
        WebhookSignature.Verify(Secret, "body", header, At.AddMinutes(-6), Tolerance).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("t=1780000000")]
    [InlineData("v1=00")]
    [InlineData("t=-5,v1=zz")]
    [InlineData("t=99999999999999999999,v1=0000000000000000000000000000000000000000000000000000000000000000")]
    public void A_header_that_says_nothing_usable_is_refused(string header) =>
        WebhookSignature.Verify(Secret, "body", header, At, Tolerance).ShouldBeFalse();

    [Fact]
    public void One_changed_character_anywhere_is_refused() =>
        Gen.Select(Gen.String[1, 60], Gen.Int[0, 59]).Sample((body, index) =>
        {
            var header = WebhookSignature.Sign(Secret, body, At);
            var changed = body.ToCharArray();
            var at = index % changed.Length;
            changed[at] = changed[at] == 'x' ? 'y' : 'x';
            WebhookSignature.Verify(Secret, new string(changed), header, At, Tolerance).ShouldBeFalse();
        });

    [Fact]
    public void Delays_grow_and_end_within_a_day()
    {
        var options = new WebhookOptions();
        var (now, attempts) = (At, 0);
        List<TimeSpan> delays = [];
        while (options.NextAttempt(++attempts, At, now) is { } next)
        {
            delays.Add(next - now);
            now = next;
        }

        delays.ShouldBe(delays.Order());
        delays[0].ShouldBe(TimeSpan.FromSeconds(10));
        delays.Count.ShouldBeInRange(8, 15);
        (now - At).ShouldBeInRange(TimeSpan.FromHours(12), TimeSpan.FromDays(1));
    }
}
