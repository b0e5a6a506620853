using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace ImageService.ServiceDefaults;

/// <summary>
/// How many combinations of labels each instrument may have. OpenTelemetry makes room for all of them when it first sees the instrument, 2,000 by default and
/// for each exporter: of seventy instruments, most of which have one label of a few values, that was 24 MB of a service that did nothing.
/// </summary>
internal static class SeriesLimits
{
    /// <summary>Combinations that are told apart where a label is neither a route nor an organization; what more come are counted as one.</summary>
    public const int Few = 200;

    private static readonly string[] ByRouteOrOrganization =
    [
        "http_requests_total", "http_request_duration_seconds", "http.server.request.duration", "aspnetcore.routing.match_attempts",
        "storage_bytes_used", "storage_bytes_quota",
    ];

    /// <summary>A view for the metrics of a service: null leaves the instrument as it is.</summary>
    public static MetricStreamConfiguration? Of(Instrument instrument) =>
        ByRouteOrOrganization.Contains(instrument.Name, StringComparer.Ordinal) ? null : new MetricStreamConfiguration { CardinalityLimit = Few };
}
