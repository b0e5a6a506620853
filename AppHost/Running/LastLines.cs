using System.Globalization;

namespace ImageService.AppHost.Running;

/// <summary>The last lines that a resource wrote, to be shown when it fails.</summary>
internal sealed class LastLines(ResourceLoggerService logs)
{
    private const int Shown = 12;

    /// <summary>At most twelve lines, oldest first.</summary>
    public async Task<IReadOnlyList<string>> OfAsync(string resourceId, CancellationToken ct)
    {
        Queue<string> lines = new();
        await foreach (var batch in logs.GetAllAsync(resourceId).WithCancellation(ct))
        {
            foreach (var line in batch)
            {
                var text = WithoutTime(line.Content);
                if (text.StartsWith("[sys] ", StringComparison.Ordinal))
                    continue; // the orchestrator's own
                if (IsOfStack(text))
                    continue; // what went wrong stands above it, and the dashboard has all of it
                lines.Enqueue(text);
                if (lines.Count > Shown)
                    lines.Dequeue();
            }
        }

        return [.. lines];
    }

    /// <summary>Whether it is a line of an exception's stack, not of its message.</summary>
    public static bool IsOfStack(string text) =>
        text.StartsWith("   at ", StringComparison.Ordinal) || text.StartsWith("--- End of stack trace", StringComparison.Ordinal)
            || text.StartsWith("   --- End of ", StringComparison.Ordinal);

    /// <summary>A line of a resource's log without the time that Aspire writes in front.</summary>
    public static string WithoutTime(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && line[0] is >= '0' and <= '9'
            && DateTimeOffset.TryParse(line.AsSpan(0, space), CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? line[(space + 1)..]
            : line;
    }
}
