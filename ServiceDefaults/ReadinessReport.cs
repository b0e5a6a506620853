using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageService.ServiceDefaults;

/// <summary>The state of what this service depends on. Kept for a few seconds, so that probes from many places cost one look.</summary>
internal sealed class ReadinessReport(HealthCheckService checks, TimeProvider time)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private Task<Readiness>? _last;
    private long _startedAt;

    /// <summary>The report of the last few seconds, or a new one. The look itself outlives the caller that asked for it.</summary>
    public Task<Readiness> GetAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            if (_last is null || (_last.IsCompleted && (!_last.IsCompletedSuccessfully || time.GetElapsedTime(_startedAt) > KeptFor)))
            {
                _startedAt = time.GetTimestamp();
                _last = LookAsync();
            }

            return _last.WaitAsync(ct);
        }
    }

    private async Task<Readiness> LookAsync()
    {
        var report = await checks.CheckHealthAsync(registration => registration.Tags.Contains(ReadinessChecks.Tag), CancellationToken.None);
        var named = report.Entries
            .GroupBy(entry => ReadinessChecks.NameOf(entry.Key), entry => entry.Value)
            .ToDictionary(group => group.Key, group => Judge(group.MinBy(entry => entry.Status)));
        return new Readiness(report.Entries.Count == 0 ? "ready" : Word(report.Status), named);
    }

    private static DependencyState Judge(HealthReportEntry entry) => new(
        Word(entry.Status),
        Math.Round(entry.Duration.TotalMilliseconds, 1),
        entry.Status == HealthStatus.Healthy ? null : Explain(entry));

    // A check that throws is described by its exception's text, which tells of the inside; the health check service has logged it.
    private static string Explain(HealthReportEntry entry) =>
        entry.Description is { } description && description != entry.Exception?.Message ? description : "The check failed; the log says why.";

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ready",
        HealthStatus.Degraded => "degraded",
        HealthStatus.Unhealthy => "unready",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
    };
}

/// <summary>The answer of <c>/health/ready</c>.</summary>
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>unready</c>.</param>
/// <param name="Checks">By dependency: <c>database</c>, <c>cache</c>, <c>storage</c>, <c>queue</c>.</param>
internal sealed record Readiness(string Status, IReadOnlyDictionary<string, DependencyState> Checks);

/// <summary>One dependency.</summary>
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>unready</c>.</param>
/// <param name="DurationMs">Time the look took, ms.</param>
/// <param name="Error">What is wrong, without addresses or secrets; null when nothing.</param>
internal sealed record DependencyState(string Status, double DurationMs, string? Error);
