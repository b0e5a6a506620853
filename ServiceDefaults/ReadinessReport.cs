using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ImageService.ServiceDefaults;

/// <summary>The state of what this service depends on. Kept for a few seconds, so that probes from many places cost one look.</summary>
public sealed class ReadinessReport(HealthCheckService checks, IOptions<HealthCheckServiceOptions> options, TimeProvider time)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

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
        var looks = options.Value.Registrations.Where(check => check.Tags.Contains(ReadinessChecks.Tag)).Select(LookAsync);
        var entries = await Task.WhenAll(looks);
        var named = entries
            .GroupBy(entry => ReadinessChecks.NameOf(entry.Check), entry => entry.State)
            .ToDictionary(group => group.Key, group => Judge(group.MinBy(entry => entry.Status)));
        return new Readiness(entries.Length == 0 ? "ready" : Word(entries.Min(entry => entry.State.Status)), named);
    }

    /// <summary>One check, given up after its time: a client library may not heed its token while the server it waits for hangs.</summary>
    private async Task<(string Check, HealthReportEntry State)> LookAsync(HealthCheckRegistration check)
    {
        var started = time.GetTimestamp();
#pragma warning disable RS0030 // A check may block before its first await, and is given up after its time.
        var look = Task.Run(() => checks.CheckHealthAsync(registration => ReferenceEquals(registration, check), CancellationToken.None));
#pragma warning restore RS0030
        try
        {
            var report = await look.WaitAsync(check.Timeout + Grace, time);
            return (check.Name, report.Entries.Values.Single());
        }
        catch (TimeoutException)
        {
            return (check.Name,
                new HealthReportEntry(check.FailureStatus, $"No answer within {check.Timeout.TotalSeconds:0} s.", time.GetElapsedTime(started),
                    exception: null, data: null));
        }
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
public sealed record Readiness(string Status, IReadOnlyDictionary<string, DependencyState> Checks);

/// <summary>One dependency.</summary>
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>unready</c>.</param>
/// <param name="DurationMs">Time the look took, ms.</param>
/// <param name="Error">What is wrong, without addresses or secrets; null when nothing.</param>
public sealed record DependencyState(string Status, double DurationMs, string? Error);
