using System.Diagnostics;
using OpenTelemetry;

namespace ImageService.ServiceDefaults;

/// <summary>
/// Keeps out of the traces what no request, message or job asked for: a call to a server that has no span above it is the polling of a library, the beat of a listener or a look now and then.
/// There are thousands of them for each trace that somebody wants to see; metrics count them.
/// </summary>
internal sealed class UnaskedCalls : BaseProcessor<Activity>
{
    public override void OnStart(Activity data)
    {
        if (data.Kind is not ActivityKind.Client || data.ParentSpanId != default)
            return;
        data.IsAllDataRequested = false;
        data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
