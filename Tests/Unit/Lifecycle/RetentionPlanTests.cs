using Shouldly;
using Xunit;
using ImageService.Core.Lifecycle;

namespace ImageService.Tests.Core.Lifecycle;

[Trait("Level", "Unit")]
public sealed class RetentionPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LifecycleOptions Options = new();

    [Theory]
    [InlineData(89, 0, false)]
    [InlineData(91, 0, true)]
    [InlineData(91, 1, false)]
    public void A_variant_nobody_ever_fetched_goes_after_ninety_days(int ageDays, int accesses, bool goes) =>
        RetentionPlan.PrunesVariant(Now.AddDays(-ageDays), accesses == 0 ? null : Now.AddDays(-ageDays), accesses, Options, Now).ShouldBe(goes);

    [Fact]
    public void A_variant_once_fetched_stays_for_ever_unless_an_idle_limit_is_set()
    {
        RetentionPlan.PrunesVariant(Now.AddDays(-2000), Now.AddDays(-1999), 1, Options, Now).ShouldBeFalse();
        RetentionPlan.PrunesVariant(Now.AddDays(-2000), Now.AddDays(-1999), 1, new LifecycleOptions { PruneIdleAfter = TimeSpan.FromDays(365) }, Now)
            .ShouldBeTrue();
    }

    [Fact]
    public void A_deleted_asset_can_be_restored_for_thirty_days()
    {
        RetentionPlan.PurgesAsset(Now.AddDays(-29), null, Options, Now).ShouldBeFalse();
        RetentionPlan.PurgesAsset(Now.AddDays(-31), null, Options, Now).ShouldBeTrue();
        RetentionPlan.PurgesAsset(null, null, Options, Now).ShouldBeFalse();
    }

    [Fact]
    public void A_retention_lock_outlives_deletion()
    {
        RetentionPlan.PurgesAsset(Now.AddDays(-400), Now.AddDays(1), Options, Now).ShouldBeFalse();
        RetentionPlan.PurgesAsset(Now.AddDays(-400), Now.AddDays(-1), Options, Now).ShouldBeTrue();
    }

    [Theory]
    [InlineData(8, 7)]
    [InlineData(30, 29)]
    public void Cold_before_warm_is_refused_at_start(int warmDays, int coldDays)
    {
        var options = new LifecycleOptions { WarmAfter = TimeSpan.FromDays(warmDays), ColdAfter = TimeSpan.FromDays(coldDays) };
        new LifecycleOptionsRules().Validate(null, options).FailureMessage!.ShouldContain("Lifecycle:ColdAfter");
    }
}
