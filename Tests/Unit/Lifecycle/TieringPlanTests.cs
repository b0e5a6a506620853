using Shouldly;
using Xunit;
using CsCheck;
using ImageService.Core.Lifecycle;
using ImageService.Core.Storage;

namespace ImageService.Tests.Core.Lifecycle;

[Trait("Level", "Unit")]
public sealed class TieringPlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LifecycleOptions Options = new();

    [Theory]
    [InlineData(0, StorageTier.Hot)]
    [InlineData(6.9, StorageTier.Hot)]
    [InlineData(7, StorageTier.Warm)]
    [InlineData(29.9, StorageTier.Warm)]
    [InlineData(30, StorageTier.Cold)]
    [InlineData(4000, StorageTier.Cold)]
    public void A_variant_grows_cold_with_the_days_nobody_fetches_it(double idleDays, StorageTier expected) =>
        TieringPlan.TierFor(Facts(StoredKind.Variant, idleDays), Options, Now).ShouldBe(expected);

    [Fact]
    public void An_intermediate_is_always_hot() =>
        TieringPlan.TierFor(Facts(StoredKind.Intermediate, idleDays: 4000), Options, Now).ShouldBe(StorageTier.Hot);

    [Fact]
    public void An_original_without_its_intermediate_stays_hot_because_the_next_request_needs_it() =>
        TieringPlan.TierFor(Facts(StoredKind.Original, idleDays: 4000) with { HasIntermediate = false }, Options, Now).ShouldBe(StorageTier.Hot);

    [Fact]
    public void An_original_that_an_intermediate_stands_in_for_grows_cold() =>
        TieringPlan.TierFor(Facts(StoredKind.Original, idleDays: 31), Options, Now).ShouldBe(StorageTier.Cold);

    [Fact]
    public void Small_objects_are_not_worth_a_move() =>
        TieringPlan.TierFor(Facts(StoredKind.Variant, idleDays: 400) with { SizeBytes = Options.MinTieringBytes - 1 }, Options, Now).ShouldBe(StorageTier.Hot);

    [Fact]
    public void A_cold_variant_that_was_fetched_again_comes_back_to_hot() =>
        TieringPlan.Moves([Facts(StoredKind.Variant, idleDays: 1) with { Tier = StorageTier.Cold }], Options, Now)
            .ShouldHaveSingleItem().To.ShouldBe(StorageTier.Hot);

    [Fact]
    public void Only_objects_in_the_wrong_place_move_and_a_second_plan_moves_nothing() =>
        Gen.Select(Gen.Double[0, 60], Gen.Enum<StorageTier>(), Gen.Enum<StoredKind>(), Gen.Bool, Gen.Long[0, 1_000_000]).Array[0, 30].Sample(rows =>
        {
            var facts =
                rows.Select(row =>
                    Facts(row.Item3, row.Item1) with { Id = Guid.CreateVersion7(), Tier = row.Item2, HasIntermediate = row.Item4, SizeBytes = row.Item5 })
                    .ToList();
            var moves = TieringPlan.Moves(facts, Options, Now).ToDictionary(move => move.Id, move => move.To);
            var after = facts.Select(fact => moves.TryGetValue(fact.Id, out var to) ? fact with { Tier = to } : fact);
            TieringPlan.Moves(after, Options, Now).ShouldBeEmpty();
        });

    private static TieringFacts Facts(StoredKind kind, double idleDays) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            StorageKey = "key",
            Kind = kind,
            Tier = StorageTier.Hot,
            SizeBytes = 1_000_000,
            LastUsedAt = Now - TimeSpan.FromDays(idleDays),
            HasIntermediate = true,
        };
}
