namespace ImageService.Core.Registry;

/// <summary>
/// Keeps requests from queueing up behind a registry that takes connections and says nothing (a stopped process, a stalled disk): after one silence units
/// of work fail at once, and one a
/// second is let through to see whether it answers again. A registry that refuses connections needs none of this: it fails fast by itself. Thread-safe.
/// </summary>
internal sealed class RegistryBreaker(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _silentSince = Never;
    private long _askedAt;

    private const long Never = long.MinValue;

    /// <summary>Called before a connection is opened.</summary>
    /// <exception cref="RegistryUnavailableException">The registry was silent, and it is not this caller's turn to ask again.</exception>
    public void Enter()
    {
        if (Volatile.Read(ref _silentSince) == Never)
            return;
        var asked = Volatile.Read(ref _askedAt);
        if (time.GetElapsedTime(asked) < Pause || Interlocked.CompareExchange(ref _askedAt, time.GetTimestamp(), asked) != asked)
            throw new RegistryUnavailableException("The registry does not answer.");
    }

    /// <summary>The registry answered.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _silentSince) != Never)
            Volatile.Write(ref _silentSince, Never);
    }

    /// <summary>Opening or the first command failed; only silence counts.</summary>
    public void Failed(Exception? exception)
    {
        if (exception is not (TimeoutException or { InnerException: TimeoutException }))
            return;
        var now = time.GetTimestamp();
        Volatile.Write(ref _askedAt, now);
        Volatile.Write(ref _silentSince, now);
    }
}
