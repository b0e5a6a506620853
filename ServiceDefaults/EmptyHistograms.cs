using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace ImageService.ServiceDefaults;

/// <summary>
/// Shows histograms that have recorded nothing yet. Counters can be started at zero by adding nothing to them; a histogram cannot, and the exporter leaves out what has no point,
/// so a scrape would miss the metric until the first transform. Both of Prometheus' text forms write such a family alike.
/// </summary>
internal sealed class EmptyHistograms : IDisposable
{
    private static readonly byte[] End = "# EOF\n"u8.ToArray();

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly MeterListener _listener;

    /// <param name="meter">The meter whose histograms are always there.</param>
    public EmptyHistograms(string meter)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument is Histogram<double> && instrument.Meter.Name == meter)
                    _known.TryAdd(instrument.Name, instrument.Description ?? "");
            },
        };
        _listener.Start();
    }

    /// <summary>Writes a scrape, with every histogram that it misses.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> scrape, Stream body, CancellationToken ct)
    {
        var closed = scrape.Span.EndsWith(End);
        await body.WriteAsync(closed ? scrape[..^End.Length] : scrape, ct);
        foreach (var (name, description) in _known.OrderBy(known => known.Key, StringComparer.Ordinal))
        {
            if (scrape.Span.IndexOf(Encoding.UTF8.GetBytes($"# TYPE {name} ")) < 0)
                await body.WriteAsync(Family(name, description), ct);
        }

        if (closed)
            await body.WriteAsync(End, ct);
    }

    public void Dispose() => _listener.Dispose();

    private static byte[] Family(string name, string description) => Encoding.UTF8.GetBytes(
        $"# TYPE {name} histogram\n# HELP {name} {description}\n{name}_bucket{{le=\"+Inf\"}} 0\n{name}_sum 0\n{name}_count 0\n");
}
