using System.Text.Json;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Policies;

[Trait("Level", "Unit")]
public sealed class PolicyTests
{
    [Fact]
    public void Defaults_are_the_contracts()
    {
        var policy = With();

        policy.DefaultAccess.ShouldBe(AssetAccess.Private);
        policy.AllowedInputFormats.ShouldBe(["jpg", "png", "webp", "gif", "avif", "tiff", "heic", "jxl"], ignoreOrder: true);
        policy.AllowedOutputFormats.Count.ShouldBe(6);
        (policy.MaxOutputWidth, policy.MaxOutputHeight).ShouldBe((8192, 8192));
        (policy.MaxUploadBytes, policy.MaxInputPixels, policy.MaxInputFrames).ShouldBe((52428800, 100000000, 1000));
        ImageFormat[] lossy = [ImageFormat.Jpg, ImageFormat.Webp, ImageFormat.Avif, ImageFormat.Jxl];
        lossy.Select(policy.QualityFor).ShouldBe([78, 79, 75, 75]);
        (policy.SignedUrlTtlDefault, policy.SignedUrlTtlMax).ShouldBe((TimeSpan.FromHours(1), TimeSpan.FromDays(1)));
        (policy.SigningMode, policy.TransformMode, policy.OriginalDelivery).ShouldBe((SigningMode.Enforce, TransformMode.Open, OriginalDelivery.Stripped));
        (policy.VariantBudget, policy.KeepCopyright).ShouldBe((1000, false));
        policy.WidthLadder.ShouldBeEmpty();
        (policy.CacheMaxAge, policy.PresetCacheMaxAge).ShouldBe((TimeSpan.FromDays(365), TimeSpan.FromHours(1)));
        policy.CorsOrigins.ShouldBe(["*"]);
        policy.AllowedReferrers.ShouldBeEmpty();
        (policy.RateLimitRequests, policy.RateLimitWindow, policy.ApiRateLimitRequests).ShouldBe((10000, TimeSpan.FromMinutes(1), 3000));
        policy.Items.Where(item => item.Key.StartsWith("quota_", StringComparison.Ordinal)).Select(item => item.Value.ValueKind).ShouldBe(Enumerable.Repeat(JsonValueKind.Null, 6));
        Enum.GetValues<QuotaKind>().ShouldAllBe(kind => kind.LimitsIn(policy).Count == 0);
        policy.Items.Select(item => item.Key).ShouldBe(PolicyCatalog.All.Select(definition => definition.Key));
    }

    [Fact]
    public void Every_default_is_acceptable_and_every_definition_explains_itself()
    {
        foreach (var definition in PolicyCatalog.All)
        {
            definition.Validate(definition.DefaultValue).ShouldBeNull(definition.Key);
            definition.Description.ShouldEndWith(".");
            definition.Accepted.Length.ShouldBeGreaterThan(5);
        }
    }

    [Theory]
    [InlineData("default_access", "\"public\"", true)]
    [InlineData("default_access", "\"Public\"", false)]
    [InlineData("max_output_width", "8193", false)]
    [InlineData("max_output_width", "0", false)]
    [InlineData("max_output_width", "100.5", false)]
    [InlineData("max_output_width", "\"100\"", false)]
    [InlineData("max_output_width", "null", false)]
    [InlineData("quota_assets", "null", true)]
    [InlineData("quota_assets", "-1", false)]
    [InlineData("keep_copyright", "true", true)]
    [InlineData("keep_copyright", "1", false)]
    [InlineData("width_ladder", "[640,320]", true)]
    [InlineData("width_ladder", "[320,320]", false)]
    [InlineData("width_ladder", "[0]", false)]
    [InlineData("width_ladder", "320", false)]
    [InlineData("allowed_output_formats", "[]", false)]
    [InlineData("allowed_output_formats", "[\"webp\",\"bmp\"]", false)]
    [InlineData("allowed_output_formats", "[\"webp\"]", true)]
    [InlineData("quality_default", "{\"avif\":60,\"default\":80}", true)]
    [InlineData("quality_default", "{\"bmp\":60}", false)]
    [InlineData("quality_default", "{\"avif\":101}", false)]
    [InlineData("quality_default", "{}", false)]
    [InlineData("quality_default", "0", false)]
    [InlineData("cors_origins", "[\"https://www.example.com\",\"http://localhost:3000\"]", true)]
    [InlineData("cors_origins", "[\"https://www.example.com/\"]", false)]
    [InlineData("cors_origins", "[\"www.example.com\"]", false)]
    [InlineData("cors_origins", "[\"javascript:alert(1)\"]", false)]
    [InlineData("allowed_referrers", "[\"*.example.com\",\"example.org\"]", true)]
    [InlineData("allowed_referrers", "[\"https://example.org\"]", false)]
    [InlineData("signing_mode", "\"report\"", true)]
    public void Values_are_judged(string key, string json, bool isAcceptable)
    {
        var error = PolicyCatalog.Find(key).Value.Validate(JsonDocument.Parse(json).RootElement);

        (error is null).ShouldBe(isAcceptable);
        if (error is not null)
            error.Detail.ShouldStartWith($"Policy '{key}' takes ");
    }

    [Fact]
    public void An_unknown_policy_is_answered_with_those_there_are() =>
        PolicyCatalog.Find("max_width").Error.ShouldNotBeNull().ShouldSatisfyAllConditions(e => e.Code.ShouldBe(ErrorCode.NotFound), e => e.Detail.ShouldContain("max_output_width"));

    [Fact]
    public void The_nearest_level_wins_and_says_so()
    {
        var policy = With((PolicyLevel.Organization, "variant_budget", "10", false), (PolicyLevel.Tenant, "variant_budget", "20", false), (PolicyLevel.Organization, "quality_default", "70", false));

        policy.VariantBudget.ShouldBe(20);
        policy["variant_budget"].Source.ShouldBe(new PolicySource(PolicyLevel.Tenant, "tenant"));
        policy["variant_budget"].Own.ShouldBeNull("the space itself sets nothing");
        policy["quality_default"].Source.ShouldBe(new PolicySource(PolicyLevel.Organization, "organization"));
        policy["max_output_width"].Source.ShouldBeNull();
    }

    [Fact]
    public void Nothing_wins_over_a_lock_above()
    {
        var policy = With((PolicyLevel.Organization, "variant_budget", "10", true), (PolicyLevel.Tenant, "variant_budget", "20", false), (PolicyLevel.Space, "variant_budget", "30", true));

        policy.VariantBudget.ShouldBe(10);
        policy["variant_budget"].Own.ShouldNotBeNull().GetInt32().ShouldBe(30);
        policy.JudgeSet("variant_budget", PolicyLevel.Space).ShouldNotBeNull().ShouldSatisfyAllConditions(
            e => e.Code.ShouldBe(ErrorCode.PolicyLocked), e => e.Detail.ShouldContain("organization 'organization'"));
        policy.JudgeSet("variant_budget", PolicyLevel.Organization).ShouldBeNull("who locked it may change it");
        policy.JudgeSet("quality_default", PolicyLevel.Space).ShouldBeNull();
    }

    [Fact]
    public void A_value_that_is_no_longer_accepted_is_passed_over() =>
        With((PolicyLevel.Organization, "variant_budget", "10", false), (PolicyLevel.Space, "variant_budget", "\"many\"", false)).VariantBudget.ShouldBe(10);

    [Fact]
    public void Quality_may_differ_by_format()
    {
        var policy = With((PolicyLevel.Space, "quality_default", """{"avif":55,"default":80}""", false));

        (policy.QualityFor(ImageFormat.Avif), policy.QualityFor(ImageFormat.Webp)).ShouldBe((55, 80));
        With((PolicyLevel.Space, "quality_default", "85", false)).QualityFor(ImageFormat.Avif).ShouldBe(85, "a number is every format's");
        var partly = With((PolicyLevel.Space, "quality_default", """{"avif":55}""", false));
        partly.QualityFor(ImageFormat.Webp).ShouldBe(79, "what is not said stays as it is by default");
    }

    [Theory]
    [InlineData("w_100", "w_100", null)]
    [InlineData("w_320", "w_320", null)]
    [InlineData("w_321", "w_640", 640)]
    [InlineData("w_321-h_160", "w_640-h_319", 640)]
    [InlineData("w_5000", "w_1280", 1280)]
    [InlineData("h_400", "w_640", 640)]
    [InlineData("h_400-r_90", "w_320-r_90", 320)]
    [InlineData("h_200-crop_0,0,3000,3000", "w_320-crop_0,0,3000,3000", 320)]
    [InlineData("h_90-ar_2:1", "w_320-ar_2:1", 320)]
    [InlineData("w_160-dpr_2", "w_320", null)]
    [InlineData("w_200-h_100-dpr_2", "w_640-h_320", 640)]
    public void Widths_are_raised_to_the_next_step(string written, string made, int? snapped)
    {
        var policy = With((PolicyLevel.Space, "width_ladder", "[1280,100,320,640]", false));

        var verdict = policy.Judge(Parse(written), Parse(written), Photo, isSigned: false).Value;

        verdict.ShouldBe(new PolicyVerdict(Parse(made) with { OverlayDpr = written.Contains("dpr", StringComparison.Ordinal) ? Parse(written).OverlayRatio() : null }, snapped));
    }

    [Fact]
    public void Public_spaces_have_a_ladder_until_somebody_sets_another()
    {
        var open = With((PolicyLevel.Space, "default_access", "\"public\"", false));

        open.WidthLadder.ShouldBe(PublicLadder.Widths);
        open["width_ladder"].Default.GetArrayLength().ShouldBe(PublicLadder.Widths.Count, "the default that a page shows is the one in force");
        open["width_ladder"].Source.ShouldBeNull();
        With((PolicyLevel.Space, "default_access", "\"private\"", false)).WidthLadder.ShouldBeEmpty();
        With((PolicyLevel.Space, "default_access", "\"public\"", false), (PolicyLevel.Tenant, "width_ladder", "[]", false)).WidthLadder.ShouldBeEmpty();
        With((PolicyLevel.Space, "default_access", "\"public\"", false), (PolicyLevel.Organization, "width_ladder", "[500]", false)).WidthLadder.ShouldBe([500]);
        PublicLadder.Widths.Order().ShouldBe(PublicLadder.Widths);
        new[] { 32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840 }.ShouldBeSubsetOf(PublicLadder.Widths, "what Next.js asks for is made as asked");
    }

    [Fact]
    public void Whatever_a_bot_makes_up_there_are_no_more_widths_than_steps()
    {
        var open = With((PolicyLevel.Space, "default_access", "\"public\"", false));
        var random = new Random(17);
        var made = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 100_000; i++)
        {
            var asked = new ImageOperations { Width = random.Next(1, 8193), Dpr = random.Next(2) == 0 ? null : Math.Round(1 + (3 * random.NextDouble()), 2) };
            var operations = open.Judge(asked, asked, Photo, isSigned: false).Value.Operations;
            made.Add(CanonicalOperations.Resolve(operations, ImageFormat.Webp, Photo, 85).Value.Text);
        }

        made.Count.ShouldBeLessThanOrEqualTo(PublicLadder.Widths.Count);
        made.Count.ShouldBeGreaterThan(PublicLadder.Widths.Count / 2, "or nothing was tried");
    }

    [Fact]
    public void A_presets_own_width_is_not_raised_and_a_forbidden_size_is_not_lowered()
    {
        var policy = With((PolicyLevel.Space, "width_ladder", "[320,640]", false), (PolicyLevel.Space, "max_output_width", "500", false));

        policy.Judge(Parse("preset_thumb"), Parse("w_150") with { Preset = "thumb" }, Photo, false).Value.Operations.Width.ShouldBe(150);
        policy.Judge(Parse("w_400"), Parse("w_400"), Photo, false).Value.Operations.Width.ShouldBe(320, "the steps above the maximum do not count");
        policy.Judge(Parse("w_501"), Parse("w_501"), Photo, false).Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.PolicyForbids);
    }

    [Theory]
    [InlineData("max_output_width", "100", "w_101", false)]
    [InlineData("max_output_width", "100", "w_100", true)]
    [InlineData("max_output_height", "100", "h_101", false)]
    [InlineData("max_output_pixels", "10000", "w_101-h_100", false)]
    [InlineData("max_output_pixels", "10000", "w_100-h_100", true)]
    [InlineData("allowed_output_formats", "[\"webp\"]", "w_10-fmt_png", false)]
    [InlineData("allowed_output_formats", "[\"webp\"]", "w_10-fmt_auto", true)]
    [InlineData("original_delivery", "\"off\"", "original", false)]
    [InlineData("original_delivery", "\"off\"", "w_10", true)]
    [InlineData("transform_mode", "\"presets_only\"", "w_10", false)]
    [InlineData("transform_mode", "\"presets_only\"", "preset_thumb-w_10", false)]
    [InlineData("transform_mode", "\"presets_only\"", "preset_thumb", true)]
    [InlineData("transform_mode", "\"presets_only\"", "preset_thumb-fmt_webp", true)]
    [InlineData("transform_mode", "\"presets_only\"", "original", true)]
    [InlineData("transform_mode", "\"signed_only\"", "w_10", false)]
    [InlineData("transform_mode", "\"signed_only\"", "preset_thumb", true)]
    public void Operations_are_judged(string key, string value, string operations, bool isAllowed)
    {
        var policy = With((PolicyLevel.Organization, key, value, false));

        var error = policy.Judge(Parse(operations), Parse(operations), Photo, isSigned: false).Error;

        (error is null).ShouldBe(isAllowed);
        if (error is not null)
        {
            error.Code.ShouldBe(ErrorCode.PolicyForbids);
            error.Extensions.ShouldNotBeNull()["policy"].ShouldBe(key);
        }
    }

    [Fact]
    public void A_signature_opens_what_is_signed_only() =>
        With((PolicyLevel.Space, "transform_mode", "\"signed_only\"", false)).Judge(Parse("w_10"), Parse("w_10"), Photo, isSigned: true).IsSuccess.ShouldBeTrue();

    [Fact]
    public void Output_formats_are_judged_alone() =>
        With((PolicyLevel.Space, "allowed_output_formats", "[\"webp\",\"jpg\"]", false)).JudgeOutput(ImageFormat.Avif).ShouldNotBeNull().Detail.ShouldContain("jpg, webp");

    [Theory]
    [InlineData("w_400-dpr_4", "w_1000")]
    [InlineData("w_333-dpr_1.5", "w_499")]
    [InlineData("w_10-pad_3-round_5-dpr_2.5", "w_25-pad_7-round_12")]
    public void Device_pixels_are_multiplied_in_and_end_at_the_maximum(string written, string made) =>
        With((PolicyLevel.Space, "max_output_width", "1000", false)).Judge(Parse(written), Parse(written), Photo, false).Value.Operations.ShouldBe(Parse(made) with { OverlayDpr = Parse(written).OverlayRatio() });

    [Theory]
    [InlineData("w_640", true)]
    [InlineData("w_320-dpr_2", true)]
    [InlineData("h_240", true)] // leads to 320
    [InlineData("w_641", false)]
    [InlineData("w_640-dpr_1.5", false)]
    [InlineData("h_241", false)]
    [InlineData("q_50", false)] // full size
    [InlineData("original", true)]
    [InlineData("preset_thumb", true)]
    [InlineData("preset_thumb-w_100", false)]
    public void A_signature_for_the_asset_opens_the_steps_of_the_ladder(string operations, bool isAllowed)
    {
        var ladder = With((PolicyLevel.Space, "width_ladder", "[320,640]", false));

        ladder.Judge(Parse(operations), Parse(operations), Photo, isSigned: true, isForAsset: true).IsSuccess.ShouldBe(isAllowed);
        With().Judge(Parse(operations), Parse(operations), Photo, isSigned: true, isForAsset: true).IsSuccess.ShouldBeTrue("without a ladder every size is open");
    }

    [Fact]
    public void The_side_that_was_asked_for_is_judged_before_its_device_pixels() =>
        With((PolicyLevel.Space, "max_output_width", "1000", false)).Judge(Parse("w_1001-dpr_1"), Parse("w_1001-dpr_1"), Photo, false).Error
            .ShouldNotBeNull().Code.ShouldBe(ErrorCode.PolicyForbids);

    [Fact]
    public void Each_level_is_held_to_the_quota_it_sets_itself() =>
        QuotaKind.Requests.LimitsIn(With((PolicyLevel.Organization, "quota_requests_per_month", "10", false), (PolicyLevel.Tenant, "quota_requests_per_month", "null", false), (PolicyLevel.Space, "quota_requests_per_month", "5", false)))
            .ShouldBe([new LevelLimit(PolicyLevel.Organization, 10), new LevelLimit(PolicyLevel.Space, 5)]);

    [Fact]
    public void A_quota_below_a_lock_is_not_in_force() =>
        QuotaKind.Assets.LimitsIn(With((PolicyLevel.Organization, "quota_assets", "10", true), (PolicyLevel.Space, "quota_assets", "5", false)))
            .ShouldBe([new LevelLimit(PolicyLevel.Organization, 10)]);

    [Fact]
    public void Every_kind_of_quota_has_a_policy_a_counter_and_a_unit_of_its_own()
    {
        var kinds = Enum.GetValues<QuotaKind>();
        kinds.Select(kind => kind.PolicyKey()).ShouldBe(PolicyCatalog.All.Select(policy => policy.Key).Where(key => key.StartsWith("quota_", StringComparison.Ordinal)), ignoreOrder: true);
        kinds.Select(kind => kind.CounterName()).ShouldBeUnique();
        kinds.Select(kind => kind.Unit()).ShouldBeUnique();
        foreach (var kind in kinds)
            kind.LimitsIn(With((PolicyLevel.Space, kind.PolicyKey(), "7", false))).ShouldBe([new LevelLimit(PolicyLevel.Space, 7)]);
    }

    private static readonly SourceFacts Photo =
        new() { Width = 4000, Height = 3000, HasAlpha = false, Frames = 1, ContentHash = new('0', 64), FocalX = null, FocalY = null, Format = ImageFormat.Jpg };

    private static ImageOperations Parse(string text) => OperationsParser.Parse(text).Value;

    private static EffectivePolicy With(params (PolicyLevel Level, string Key, string Json, bool Locked)[] values) => PolicyLevels.Resolve(
        [.. Enum.GetValues<PolicyLevel>().Select(level => new PolicyLevelValues(
            level,
            SnakeCase.Write(level),
            values.Where(v => v.Level == level).ToDictionary(v => v.Key, v => new PolicySetting(JsonDocument.Parse(v.Json).RootElement, v.Locked), StringComparer.Ordinal)))]);
}
