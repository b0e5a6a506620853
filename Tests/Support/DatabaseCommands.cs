using System.Diagnostics;

namespace ImageService.Tests.Support;

/// <summary>Counts what one request asks of the database, by the driver's own trace.</summary>
public static class DatabaseCommands
{
    /// <summary>Commands sent for one GET, which must answer 200; with its body.</summary>
    public static async Task<(int Commands, System.Text.Json.Nodes.JsonObject Body)> CountAsync(ApiClient client, string path)
    {
        var commands = 0;
        var trace = ActivityTraceId.CreateRandom();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity =>
            {
                if (activity.Source.Name == "Npgsql" && activity.TraceId == trace)
                    Interlocked.Increment(ref commands);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var body = await client.GetAsync(path, ("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01")).OkAsync();
        return (commands, body);
    }
}
