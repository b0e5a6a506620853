using System.Text.Json;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Organization;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class SigningKeysPageTests : ComponentTest
{
    [Fact]
    public async Task An_address_is_tested_and_the_key_it_names_is_told_with_its_state()
    {
        Api.Answers("POST /v1/explain", Explained("invalid", "The URL needs a valid signature."));
        var check = Render<SignatureCheck>(with => with.Add(one => one.Organization, "acme")
            .Add(one => one.Keys, new Dictionary<string, string>(StringComparer.Ordinal) { ["key_old"] = "is revoked" }));
        await TypeAsync(check, "signature-url", "https://img.example/v1/priv/a?sig=x&exp=1&kid=key_old");
        check.WaitForAssertion(() => check.Find("[data-testid=signature-test]").HasAttribute("disabled").ShouldBeFalse());
        await check.InvokeAsync(() => check.Find("[data-testid=signature-test]").ClickAsync(new()));
        check.WaitForElement("[data-testid=signature-verdict]").TextContent.ShouldContain("It names the key key_old, which is revoked.");

        Api.Answers("POST /v1/explain", Explained("valid", "Signed with the key key_new.", "2026-06-12T00:00:00Z"));
        await check.InvokeAsync(() => check.Find("[data-testid=signature-test]").ClickAsync(new()));
        check.WaitForAssertion(() => check.Find("[data-testid=signature-verdict]").TextContent.ShouldContain("holds"));
    }

    [Fact]
    public async Task Signatures_that_did_not_hold_are_told_by_space_and_shown_by_key()
    {
        await SignInAsync(new Level("acme"), "audit:read");
        Api.Answers("GET /v1/organizations/acme/signature-report", """{"items":[{"tenant":"website","space":"photos","count":1,"refused":2}]}""");
        Api.Answers("GET /v1/organizations/acme/tenants/website/spaces/photos/signature-report", JsonSerializer.Serialize(new
        {
            count = 1, items = new[] { Call("invalid_signature", null) },
            refused = 2, refusedItems = new[] { Call("signature_expired", "key_1"), Call("signature_expired", "key_1") },
        }));
        var summary = Render<SignatureSummary>(with => with.Add(one => one.Organization, "acme"));
        await summary.WaitForElement("[data-testid=signatures-of-photos]").ClickAsync(new());
        var rows = summary.WaitForElements("[data-testid=signature-calls] tbody tr");
        rows.Select(row => string.Join('|', row.QuerySelectorAll("td").Take(3).Select(cell => cell.TextContent))).ShouldBe(
            ["key_1|The signature had ended|2", "none|No signature, or one that does not fit (served)|1"]);
    }

    private static object Call(string reason, string? kid) => new { at = "2026-06-10T00:00:00Z", path = "/v1/priv/a", reason, kid };

    private static string Explained(string verdict, string reason, string? expiresAt = null) => JsonSerializer.Serialize(new
    {
        place = new { organization = "acme", tenant = "website", space = "photos", asset = "01A", version = 1, access = "private" },
        preset = (object?)null, canonical = (string?)null, dropped = Array.Empty<object>(), policies = Array.Empty<object>(), overlays = (object?)null,
        format = (string?)null, width = (int?)null, height = (int?)null, layer = (string?)null,
        signature = new { verdict, reason, expiresAt }, refusal = (object?)null,
    });
}
