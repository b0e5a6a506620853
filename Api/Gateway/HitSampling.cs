using ImageService.Core.Telemetry;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Gateway;

/// <summary>
/// Which hits are traced: those take the long way, where a request has its span. A caller whose own span is recorded decides for its request; of the others
/// a share is taken, and no more than so many a second.
/// What is no hit is traced always. Thread-safe.
/// </summary>
internal sealed class HitSampling(IOptions<HitSamplingOptions> options, IHostEnvironment environment, TimeProvider time)
{
    // 00-{32 hex digits}-{16 hex digits}-{flags}, https://www.w3.org/TR/trace-context/#traceparent-header
    private const int TraceParentLength = 55;
    private const int Recorded = 1;

    private readonly double _share = options.Value.HitShare ?? (environment.IsDevelopment() ? 1 : 0.01);
    private readonly int _most = options.Value.MostHitsPerSecond;
    private long _second;
    private int _taken;

    /// <summary>Whether the request's span is wanted. Nobody listens: none is.</summary>
    public bool Takes(IHeaderDictionary headers)
    {
        if (!ImageServiceTracing.Source.HasListeners())
            return false;
        return headers.TraceParent is [{ Length: >= TraceParentLength } parent]
            ? IsRecorded(parent) : _share > 0 && Random.Shared.NextDouble() < _share && HasRoom();
    }

    private static bool IsRecorded(string parent) =>
        char.IsAsciiHexDigit(parent[TraceParentLength - 1]) && (Convert.ToInt32(parent[(TraceParentLength - 2)..TraceParentLength], 16) & Recorded) != 0;

    private bool HasRoom()
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (Interlocked.Exchange(ref _second, second) != second)
            Volatile.Write(ref _taken, 0);
        return Volatile.Read(ref _taken) < _most && Interlocked.Increment(ref _taken) <= _most;
    }
}
