using System.Collections.Concurrent;
using System.Diagnostics;

namespace ImageService.Tests.Support;

/// <summary>Records the spans of one trace, which the test begins itself.</summary>
internal sealed class RecordedTrace : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    /// <param name="sources">Names of the activity sources to listen to.</param>
    public RecordedTrace(params string[] sources)
    {
        Context = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name, StringComparer.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == Context.TraceId) _spans.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Where the trace begins.</summary>
    public ActivityContext Context { get; }

    /// <summary>The header that continues the trace.</summary>
    public string TraceParent => $"00-{Context.TraceId}-{Context.SpanId}-01";

    /// <summary>The spans that have ended.</summary>
    public IReadOnlyCollection<Activity> Spans => _spans;

    /// <summary>The span of this name.</summary>
    public Activity Span(string name) => _spans.Single(span => span.OperationName == name);

    public bool Has(string name) => _spans.Any(span => span.OperationName == name);

    public void Dispose() => _listener.Dispose();
}
