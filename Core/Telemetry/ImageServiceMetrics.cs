using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImageService.Core.Operations;

namespace ImageService.Core.Telemetry;

/// <summary>
/// Every number the service exports, by the contract's names. Labels are bounded (layer, format, provider, status): never an asset, a tenant
/// or an error's text; per-tenant numbers belong to usage metering. Names carry their unit, so instruments declare none: an exporter would append it again.
/// </summary>
public sealed class ImageServiceMetrics : IDisposable
{
    /// <summary>The meter to subscribe to.</summary>
    public const string MeterName = "ImageService";

    private readonly Meter _meter;
    private readonly Histogram<double> _requestDuration;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _transformDuration;
    private readonly Counter<long> _transforms;
    private readonly Counter<long> _transformErrors;
    private readonly Counter<long> _intermediates;
    private readonly Counter<long> _cacheHits;
    private readonly Counter<long> _cacheMisses;
    private readonly Counter<long> _storageOperations;
    private readonly Counter<long> _storageBytes;
    private readonly Counter<long> _assetsUploaded;
    private readonly Counter<long> _bandwidth;
    private readonly Counter<long> _signatureReports;
    private readonly Counter<long> _purges;
    private readonly Counter<long> _integrityFailures;
    private IReadOnlyList<StorageUse> _storage = [];

    public ImageServiceMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _requestDuration = Histogram("http_request_duration_seconds", "Time to answer a request, s.");
        _requests = _meter.CreateCounter<long>("http_requests_total", description: "Requests answered.");
        _transformDuration = Histogram("transform_duration_seconds", "Wall time of a transform inside the engine, s.");
        _transforms = _meter.CreateCounter<long>("transforms_total", description: "Transforms that ran (cached=\"false\").");
        _transformErrors = _meter.CreateCounter<long>("transform_errors_total", description: "Transforms that failed.");
        _intermediates = _meter.CreateCounter<long>("intermediates_made_total", description: "Intermediates made from originals.");
        _cacheHits = _meter.CreateCounter<long>("cache_hits_total", description: "Variants found, by layer (memory, redis, storage).");
        _cacheMisses = _meter.CreateCounter<long>("cache_misses_total", description: "Variants looked for and not found, by layer.");
        _storageOperations = _meter.CreateCounter<long>("storage_operations_total", description: "Calls to the object store.");
        _storageBytes = _meter.CreateCounter<long>("storage_bytes_transferred_total", description: "Bytes read from and written to the object store.");
        _assetsUploaded = _meter.CreateCounter<long>("assets_uploaded_total", description: "Assets and versions accepted.");
        _bandwidth = _meter.CreateCounter<long>("bandwidth_served_bytes_total", description: "Bytes of image bodies sent to clients.");
        _signatureReports =
            _meter.CreateCounter<long>("signature_reports_total", description: "Private requests served in report mode that enforcing would have refused.");
        _purges = _meter.CreateCounter<long>("cdn_purges_total", description: "Purge calls to CDNs.");
        _integrityFailures =
            _meter.CreateCounter<long>("integrity_failures_total", description: "Stored or cached bytes that were not what is known of them, by kind.");
        _meter.CreateObservableGauge("storage_bytes_used", () => PerOrganization(use => use.UsedBytes),
            description: "Bytes of originals stored, by organization.");
        _meter.CreateObservableGauge("storage_bytes_quota", () => PerOrganization(use => use.QuotaBytes),
            description: "Storage quota, bytes, of organizations that have one.");
    }

    /// <summary>
    /// Makes every counter a series at zero, with the labels that are known beforehand, so that a rate over the first event is right and an alert on
    /// absence means something.
    /// Call once the exporter listens.
    /// </summary>
    /// <param name="stores">Provider names of the object stores.</param>
    public void StartAtZero(IEnumerable<string> stores)
    {
        _requests.Add(0, new TagList { { "route", "none" }, { "method", "GET" }, { "status", 404 } });
        _intermediates.Add(0);
        _bandwidth.Add(0);
        foreach (var kind in (string[])["variant", "original", "intermediate", "working_copy", "redis"])
            _integrityFailures.Add(0, new KeyValuePair<string, object?>("kind", kind));
        foreach (var format in Enum.GetValues<ImageFormat>())
        {
            _transforms.Add(0, new("format", format.Name()), new("cached", "false"));
            _transformErrors.Add(0, new("format", format.Name()), new("code", "Internal"));
            _assetsUploaded.Add(0, new KeyValuePair<string, object?>("format", format.Name()));
        }

        foreach (var layer in (string[])["memory", "redis", "storage"])
        {
            _cacheHits.Add(0, new KeyValuePair<string, object?>("layer", layer));
            _cacheMisses.Add(0, new KeyValuePair<string, object?>("layer", layer));
        }

        foreach (var store in stores)
        {
            foreach (var operation in (string[])["open", "put", "head", "move", "delete", "list", "set_tier"])
                _storageOperations.Add(0, new("provider", store), new("operation", operation), new("outcome", "ok"));
            foreach (var direction in (string[])["read", "write"])
                _storageBytes.Add(0, new("provider", store), new("direction", direction));
        }
    }

    /// <summary>A request was answered.</summary>
    /// <param name="route">The route's pattern, never the path.</param>
    /// <param name="method">HTTP method, upper case.</param>
    /// <param name="status">Status code.</param>
    /// <param name="elapsed">From the first byte read to the last written.</param>
    public void RequestAnswered(string route, string method, int status, TimeSpan elapsed)
    {
        var tags = new TagList { { "route", route }, { "method", method }, { "status", status } };
        _requests.Add(1, tags);
        _requestDuration.Record(elapsed.TotalSeconds, tags);
    }

    /// <summary>A transform ran to its end. Called once per transform that ran, whoever waited for it.</summary>
    public void TransformRan(ImageFormat format, TimeSpan elapsed)
    {
        _transforms.Add(1, new("format", format.Name()), new("cached", "false"));
        _transformDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("format", format.Name()));
    }

    /// <summary>A transform failed.</summary>
    /// <param name="format">Output format.</param>
    /// <param name="code">An <see cref="Errors.ErrorCode"/> name.</param>
    public void TransformFailed(ImageFormat format, string code) => _transformErrors.Add(1, new("format", format.Name()), new("code", code));

    /// <summary>An intermediate was made.</summary>
    public void IntermediateMade() => _intermediates.Add(1);

    /// <param name="layer"><c>memory</c>, <c>redis</c>, <c>storage</c>, or the name of another cache.</param>
    public void CacheHit(string layer) => _cacheHits.Add(1, new KeyValuePair<string, object?>("layer", layer));

    /// <param name="layer"><c>memory</c>, <c>redis</c>, <c>storage</c>, or the name of another cache.</param>
    public void CacheMissed(string layer) => _cacheMisses.Add(1, new KeyValuePair<string, object?>("layer", layer));

    /// <param name="provider">The store's <see cref="Storage.IObjectStore.Provider"/>.</param>
    /// <param name="operation"><c>open</c>, <c>put</c>, <c>head</c>, <c>move</c>, <c>delete</c>, <c>list</c>, <c>set_tier</c>.</param>
    /// <param name="succeeded">False when the store threw.</param>
    public void StorageCalled(string provider, string operation, bool succeeded) =>
        _storageOperations.Add(1, new("provider", provider), new("operation", operation), new("outcome", succeeded ? "ok" : "error"));

    /// <param name="provider">The store's <see cref="Storage.IObjectStore.Provider"/>.</param>
    /// <param name="written">True for a put, false for a read.</param>
    /// <param name="bytes">How many.</param>
    public void StorageTransferred(string provider, bool written, long bytes) =>
        _storageBytes.Add(bytes, new("provider", provider), new("direction", written ? "write" : "read"));

    /// <param name="format">The original's format by content.</param>
    public void AssetUploaded(string format) => _assetsUploaded.Add(1, new KeyValuePair<string, object?>("format", format));

    /// <summary>Bytes of an image body went to a client.</summary>
    public void BandwidthServed(long bytes) => _bandwidth.Add(bytes);

    /// <param name="reason">An <see cref="Errors.ErrorCode"/> name.</param>
    public void SignatureReported(string reason) => _signatureReports.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <param name="provider">The purger's name.</param>
    /// <param name="succeeded">Whether the CDN took the purge, after retries.</param>
    public void CdnPurged(string provider, bool succeeded) => _purges.Add(1, new("provider", provider), new("outcome", succeeded ? "ok" : "error"));

    /// <summary>Bytes that were read are not those that were written.</summary>
    /// <param name="kind"><c>variant</c>, <c>original</c>, <c>intermediate</c>, <c>working_copy</c> or <c>redis</c>.</param>
    public void IntegrityFailed(string kind) => _integrityFailures.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>
    /// Sets the gauges of stored bytes: the one number that has an organization as label, which the quota alert needs; the caller bounds the list.
    /// </summary>
    public void SetStorage(IReadOnlyList<StorageUse> uses) => Volatile.Write(ref _storage, uses);

    public void Dispose() => _meter.Dispose();

    /// <summary>One series per organization; where there is none yet, one at zero without an organization.</summary>
    private IEnumerable<Measurement<long>> PerOrganization(Func<StorageUse, long?> value)
    {
        var none = true;
        foreach (var use in Volatile.Read(ref _storage))
        {
            if (value(use) is not { } bytes)
                continue;
            none = false;
            yield return new Measurement<long>(bytes, new KeyValuePair<string, object?>("organization_id", use.OrganizationId));
        }

        if (none)
            yield return new Measurement<long>(0);
    }

    private Histogram<double> Histogram(string name, string description) => _meter.CreateHistogram<double>(
        name,
        description: description,
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2.5, 5, 10, 30] });
}

/// <summary>What one organization stores.</summary>
/// <param name="OrganizationId">Its id; <c>other</c> for the rest beyond the bound.</param>
/// <param name="UsedBytes">Bytes of originals.</param>
/// <param name="QuotaBytes">Null: no quota.</param>
public sealed record StorageUse(string OrganizationId, long UsedBytes, long? QuotaBytes);

/// <summary>The source of the service's own spans; the same names feed <c>Server-Timing</c>.</summary>
public static class ImageServiceTracing
{
    /// <summary>The activity source to subscribe to.</summary>
    public const string SourceName = "ImageService";

    public const string Resolve = "resolve";
    public const string CacheRead = "cache";
    public const string ReadOriginal = "read-original";
    public const string Wait = "wait";
    public const string Transform = "transform";
    public const string Store = "store";

    /// <summary>The source itself.</summary>
    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>Starts a span for work that somebody else asked for, in the trace of who did; a new trace where that is not known.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="traceParent">W3C <c>traceparent</c>; anything else counts as none.</param>
    public static Activity? Continue(string name, string? traceParent) =>
        Source.StartActivity(name, ActivityKind.Consumer,
            ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var parent) ? parent : default);
}
