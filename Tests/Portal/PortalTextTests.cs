using System.Text.Json;
using ImageService.Portal.Authentication;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Library;
using ImageService.Portal.Images;
using ImageService.Portal.Workspaces;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

[Trait("Level", "Unit")]
public sealed class PortalTextTests
{
    [Theory]
    [InlineData("/o/acme/website/marketing?tag=a", "/o/acme/website/marketing?tag=a")]
    [InlineData("/", "/")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    public void Sign_in_leads_back_to_our_own_pages_only(string? asked, string leadsTo) => SignInAddress.Safe(asked).ShouldBe(leadsTo);

    [Theory]
    [InlineData("/travel/2026", "/travel")]
    [InlineData("/travel", "/")]
    [InlineData("/", "/")]
    public void A_folder_knows_the_one_above(string folder, string parent) => LibraryPage.Parent(folder).ShouldBe(parent);

    [Fact]
    public void What_a_person_types_stays_inside_its_parameter() =>
        new AssetFilter("web site", "a&b") { Words = "x&limit=999#", Tag = "ü", Folder = "/a b", Recursive = true, Cursor = "c+/=" }.ToQuery()
            .ShouldBe("tenant=web%20site&space=a%26b&limit=48&folder=%2Fa%20b&tag=%C3%BC&q=x%26limit%3D999%23&cursor=c%2B%2F%3D&recursive=true");

    [Theory]
    [InlineData("/o/acme", "acme", null, null)]
    [InlineData("/o/acme/members", "acme", null, null)]
    [InlineData("/o/acme/webhooks/0197", "acme", null, null)]
    [InlineData("/o/acme/website", "acme", "website", null)]
    [InlineData("/o/acme/website/marketing/i/01H", "acme", "website", "marketing")]
    public void An_address_tells_the_level_it_is_at(string path, string organization, string? tenant, string? space) =>
        Rooms.LevelOf(path).ShouldBe(new Level(organization, tenant, space));

    [Fact]
    public void Addresses_outside_of_organizations_are_at_no_level() => Rooms.LevelOf("/account").ShouldBeNull();

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone")]
    [InlineData("shop-sync/2", "shop-sync/2")]
    [InlineData(null, "unknown")]
    public void A_browser_has_a_name(string? userAgent, string name) => BrowserNames.Of(userAgent).ShouldBe(name);

    [Theory]
    [InlineData("Product photos", "product-photos")]
    [InlineData("  Café & Bar 2 ", "cafe-bar-2")]
    [InlineData("***", "")]
    public void A_name_suggests_its_short_name(string name, string slug) => PlaceNames.Slug(name).ShouldBe(slug);

    [Theory]
    [InlineData(20, "just now")]
    [InlineData(-3600, "in 1 hour")]
    [InlineData(90_000, "1 day ago")]
    [InlineData(5_184_000, "2 months ago")]
    public void Times_are_told_from_now(int secondsAgo, string text)
    {
        var now = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        Times.Relative(now.AddSeconds(-secondsAgo), now).ShouldBe(text);
    }

    [Theory]
    [InlineData("[1]", "320, 640", "[320,640]")]
    [InlineData("[\"a\"]", "", "[]")]
    [InlineData("\"word\"", "public", "\"public\"")]
    [InlineData("5", "12", "12")]
    [InlineData("5", "a lot", null)]
    [InlineData("null", "", "null")]
    [InlineData("null", "7", "7")]
    [InlineData("true", "false", "false")]
    [InlineData("{}", "{\"avif\":60}", "{\"avif\":60}")]
    [InlineData("{}", "{", null)]
    public void A_policy_s_value_is_read_as_the_kind_it_is(string sample, string typed, string? json) =>
        PolicyText.Read(typed, JsonElement.Parse(sample))?.GetRawText().ShouldBe(json);

    [Theory]
    [InlineData("max_upload_bytes", "52428800", "52.4 MB")]
    [InlineData("signed_url_ttl_max_seconds", "86400", "24 hours")]
    [InlineData("quota_assets", "null", "no limit")]
    [InlineData("allowed_referrers", "[]", "any")]
    public void A_policy_s_value_is_told_in_words(string key, string json, string text) => PolicyText.Value(key, JsonElement.Parse(json)).ShouldBe(text);

    [Theory]
    [InlineData(50, 100, 4.0, 50, true, "200")]
    [InlineData(20, 100, 4.0, 20, false, "80")]
    [InlineData(150, 100, 1.0, 100, true, "150")]
    [InlineData(1, 0, 1.0, 100, true, "1")]
    public void A_quota_is_told_with_its_share_and_where_the_pace_leads(long used, long quota, double pace, double share, bool tooMuch, string forecast)
    {
        var line = QuotaLine.Of("Requests", used, quota, pace, value => value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        (line.Share, line.IsTooMuch, line.Forecast).ShouldBe((share, tooMuch, forecast));
    }

    [Fact]
    public void What_a_change_would_do_is_told_in_a_sentence()
    {
        EffectText.Of(new ChangeEffect(0, 0, 0, 0)).ShouldBe("No stored image changes.");
        EffectText.Of(new ChangeEffect(1, 2_500_000, 900, 0))
            .ShouldBe("1 stored image becomes stale (2.50 MB); making as many again takes about 900 ms of CPU time.");
        EffectText.Of(new ChangeEffect(1200, 2_500_000, 180_000, 3))
            .ShouldBe("1,200 stored images become stale (2.50 MB); making as many again takes about 3 minutes of CPU time. 3 are made ahead.");
        EffectText.Of(new ChangeEffect(0, 0, 0, 1)).ShouldBe("No stored image changes; 1 image is made ahead.");
    }

    [Fact]
    public void Days_are_added_up_but_what_is_held_is_the_last_days()
    {
        var day = new UsageItem
        {
            Date = new DateOnly(2026, 1, 1),
            Tenant = null,
            Space = null,
            KeyName = null,
            Requests = 10,
            BandwidthBytes = 100,
            StorageBytes = 5000,
            Transforms = 2,
            TransformCpuMs = 30,
            MemoryHits = 4,
            RedisHits = 3,
            StorageHits = 2,
            Misses = 1,
            OriginalBytes = 900,
            Errors = 6,
        };
        var sum = UsageItem.Sum([day, day with { StorageBytes = 7000 }]);
        (sum.Requests, sum.BandwidthBytes, sum.StorageBytes, sum.OriginalBytes, sum.Errors, sum.Images).ShouldBe((20, 200, 7000, 1800, 12, 20));
        UsageItem.Sum([]).ShouldBe(new UsageItem
        {
            Date = null,
            Tenant = null,
            Space = null,
            KeyName = null,
            Requests = 0,
            BandwidthBytes = 0,
            StorageBytes = 0,
            Transforms = 0,
            TransformCpuMs = 0,
            MemoryHits = 0,
            RedisHits = 0,
            StorageHits = 0,
            Misses = 0,
            OriginalBytes = 0,
            Errors = 0,
        });
    }

    [Fact]
    public void A_new_organization_is_done_once_every_step_is()
    {
        var steps = new SetupSteps { Tenant = null, Space = null, Image = null, HasServed = false, HasKey = true };
        steps.All.Where(step => step.IsDone).Select(step => step.Name).ShouldBe(["Make an API key"]);
        steps.IsDone.ShouldBeFalse();
    }

    [Theory]
    [InlineData("/o/acme/jobs", null)]
    [InlineData("/o/acme/setup", null)]
    [InlineData("/o/acme/website", "website")]
    public void A_page_of_the_organization_is_no_tenant(string path, string? tenant) => Rooms.LevelOf(path).ShouldBe(new Level("acme", tenant));

    [Fact]
    public void No_tenant_can_be_called_as_a_page_is() =>
        ImageService.Api.ControlPlane.NameRules.PortalPages.ShouldBe(Rooms.OrganizationPages, ignoreOrder: true);
}
