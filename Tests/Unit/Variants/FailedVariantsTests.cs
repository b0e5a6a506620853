using ImageService.Core.Caching;
using ImageService.Core.Engine;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Variants;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Variants;

[Trait("Level", "Unit")]
public sealed class FailedVariantsTests
{
    private static readonly VariantKey Large = new(Guid.CreateVersion7(), 1, 0, new string('a', 64));

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void What_an_encoder_refused_is_remembered_for_its_key_alone_and_forgotten_after_ten_minutes()
    {
        var failures = new FailedVariants(_clock);

        failures.Note(Large, EngineErrors.EncodingFailed(ImageFormat.Webp));

        failures.Find(Large)!.Code.ShouldBe(ErrorCode.EncodingFailed);
        foreach (var other in (VariantKey[])[Large with { OperationsHash = new string('b', 64) }, Large with { Version = 2 }, Large with { Generation = 1 }])
            failures.Find(other).ShouldBeNull();
        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        failures.Find(Large).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromTicks(1));
        failures.Find(Large).ShouldBeNull();
    }

    [Fact]
    public void A_failure_that_comes_again_is_remembered_anew()
    {
        var failures = new FailedVariants(_clock);
        failures.Note(Large, EngineErrors.EncodingFailed(ImageFormat.Webp));
        _clock.Advance(TimeSpan.FromMinutes(11));

        failures.Note(Large, EngineErrors.Undecodable(OriginalFormat.Jpg));

        _clock.Advance(TimeSpan.FromMinutes(9));
        failures.Find(Large)!.Code.ShouldBe(ErrorCode.UndecodableImage);
    }

    [Fact]
    public void What_may_pass_is_not_remembered()
    {
        var failures = new FailedVariants(_clock);

        failures.Note(Large, EngineErrors.TimedOut(TimeSpan.FromSeconds(30)));
        failures.Note(Large, EngineErrors.HostFault());

        failures.Find(Large).ShouldBeNull();
    }

    [Fact]
    public void Failures_that_are_over_make_room_and_memory_has_an_end()
    {
        var failures = new FailedVariants(_clock);
        Fill(failures, 10_000);
        _clock.Advance(TimeSpan.FromMinutes(11));

        failures.Note(Large, EngineErrors.EncodingFailed(ImageFormat.Webp));
        Fill(failures, 9_999);
        failures.Find(Large).ShouldNotBeNull("the old ones went");

        Fill(failures, 1);
        failures.Find(Large).ShouldBeNull("as many as are remembered hold still");
    }

    private static void Fill(FailedVariants failures, int count)
    {
        for (var i = 0; i < count; i++)
            failures.Note(Large with { AssetId = Guid.CreateVersion7() }, EngineErrors.EncodingFailed(ImageFormat.Webp));
    }
}
