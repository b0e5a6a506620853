using System.Diagnostics;
using ImageService.ServiceDefaults;
using Shouldly;
using Xunit;

namespace ImageService.Tests.ServiceDefaults;

/// <summary>Calls that nobody asked for stay out of the traces; all others are in.</summary>
[Trait("Level", "Unit")]
public sealed class UnaskedCallsTests : IDisposable
{
    private readonly ActivitySource _source = new($"unasked-{Guid.CreateVersion7():n}");
    private readonly ActivityListener _listener;

    public UnaskedCallsTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source == _source,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Theory]
    [InlineData(ActivityKind.Client, false)]
    [InlineData(ActivityKind.Server, true)]
    [InlineData(ActivityKind.Consumer, true)]
    [InlineData(ActivityKind.Internal, true)]
    public void A_root_is_kept_unless_it_is_a_call(ActivityKind kind, bool kept) => IsKept(kind, parent: default).ShouldBe(kept);

    [Fact]
    public void A_call_within_a_request_or_a_job_is_kept() =>
        IsKept(ActivityKind.Client, new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded))
            .ShouldBeTrue();

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    private bool IsKept(ActivityKind kind, ActivityContext parent)
    {
        using var processor = new UnaskedCalls();
        using var activity = _source.StartActivity("call", kind, parent).ShouldNotBeNull();
        processor.OnStart(activity);
        activity.IsAllDataRequested.ShouldBe(activity.Recorded);
        return activity.Recorded;
    }
}
