using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Options;

namespace ImageService.Api.RateLimiting;

/// <summary>Refusals by address in the present minute, in this process only. Thread-safe.</summary>
internal sealed class ScanCounts(IOptions<RateLimitOptions> options, TimeProvider time)
{
    private ConcurrentDictionary<UInt128, int> _refusals = new();
    private long _minute;

    /// <summary>Refusals after which an address is answered 429 for the rest of the minute; 0 for never.</summary>
    public int Limit => options.Value.ScansPerMinute;

    /// <summary>Whether the address has collected so many that it is not looked at any more.</summary>
    public bool IsRefused(IPAddress? address)
    {
        // Nearly always nobody was refused at all.
        var refusals = Current();
        return Limit > 0 && !refusals.IsEmpty && CallerOf(address) is { } caller && refusals.TryGetValue(caller, out var count) && count >= Limit;
    }

    /// <summary>Counts one refusal.</summary>
    public void Note(IPAddress? address)
    {
        if (Limit > 0 && CallerOf(address) is { } caller)
            Current().AddOrUpdate(caller, 1, static (_, known) => known + 1);
    }

    private UInt128? CallerOf(IPAddress? address) => CallerAddress.Of(address, options.Value.SpareLoopback);

    private ConcurrentDictionary<UInt128, int> Current()
    {
        var refusals = _refusals;
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (Volatile.Read(ref _minute) == minute && (refusals.IsEmpty || refusals.Count <= options.Value.MaxAddresses))
            return refusals;
        _refusals = new ConcurrentDictionary<UInt128, int>();
        Volatile.Write(ref _minute, minute);
        return _refusals;
    }
}
