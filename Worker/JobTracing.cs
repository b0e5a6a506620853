using System.Diagnostics;
using Hangfire.Client;
using Hangfire.Server;
using ImageService.Core.Telemetry;

namespace ImageService.Worker;

/// <summary>Carries the trace of whoever puts a job in line to where it runs, and makes each run a span.</summary>
internal sealed class JobTracing : IClientFilter, IServerFilter
{
    private const string TraceParent = "TraceParent";
    private const string Span = "Span";

    public void OnCreating(CreatingContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            context.SetJobParameter(TraceParent, activity.Id);
    }

    public void OnCreated(CreatedContext context)
    {
    }

    public void OnPerforming(PerformingContext context)
    {
        if (context.Items.ContainsKey(Span))
            return;
        if (ImageServiceTracing.Continue($"job {context.BackgroundJob.Job.Type.Name}",
            context.GetJobParameter<string>(TraceParent)) is not { } activity) return;
        activity.SetTag("job.id", context.BackgroundJob.Id);
        context.Items[Span] = activity;
    }

    public void OnPerformed(PerformedContext context)
    {
        if (!context.Items.Remove(Span, out var span) || span is not Activity activity)
            return;
        if (context.Exception is { } failure)
            activity.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
        activity.Dispose();
    }
}
