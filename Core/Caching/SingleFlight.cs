namespace ImageService.Core.Caching;

/// <summary>
/// Joins callers who want the same thing at the same time: the first starts the work, the others wait for it. The work runs on a token of its
/// own, because one caller leaving must not fail the rest; it is cancelled when the last waiter has left or its time is up.
/// </summary>
/// <typeparam name="TKey">What is wanted.</typeparam>
/// <typeparam name="TValue">What the work returns.</typeparam>
public sealed class SingleFlight<TKey, TValue>(TimeSpan limit, TimeProvider time)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Shared> _flights = [];

    /// <summary>Flights in the air.</summary>
    public int Count
    {
        get
        {
            lock (_flights)
                return _flights.Count;
        }
    }

    /// <summary>Starts the work or joins it.</summary>
    /// <param name="key">What is wanted.</param>
    /// <param name="work">Run once per flight; must heed the flight's token and publish nothing once it is detached.</param>
    /// <param name="ct">Ends this caller's wait, not the work.</param>
    /// <returns>The work's value, and whether this caller joined another's flight.</returns>
    /// <exception cref="OperationCanceledException">The caller left, or (with another token) the work's time was up.</exception>
    public async Task<(TValue Value, bool Joined)> RunAsync(TKey key, Func<Flight, Task<TValue>> work, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Shared? flight;
        bool joined;
        lock (_flights)
        {
            joined = _flights.TryGetValue(key, out flight);
            if (flight is null)
            {
                flight = new Shared(limit, time);
                _flights.Add(key, flight);
            }

            flight.Waiters++;
        }

        if (!joined)
#pragma warning disable RS0030 // The work belongs to everybody who waits, not to the request that came first.
            flight.Work = Task.Run(() => FlyAsync(key, flight, work), CancellationToken.None);
#pragma warning restore RS0030

        try
        {
            return (await flight.Landed.Task.WaitAsync(ct), joined);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    /// <summary>Detaches flights: those waiting still get their answer, whoever comes now starts a new flight, and the old one publishes nothing.</summary>
    /// <returns>How many were detached.</returns>
    public int Detach(Func<TKey, bool> which)
    {
        lock (_flights)
        {
            var detached = _flights.Where(flight => which(flight.Key)).ToList();
            foreach (var (key, flight) in detached)
            {
                flight.IsDetached = true;
                _flights.Remove(key);
            }

            return detached.Count;
        }
    }

    private async Task FlyAsync(TKey key, Shared flight, Func<Flight, Task<TValue>> work)
    {
        try
        {
            var value = await work(flight);
            Land(key, flight);
            flight.Landed.TrySetResult(value);
        }
        catch (OperationCanceledException exception)
        {
            Land(key, flight);
            flight.Landed.TrySetCanceled(exception.CancellationToken);
        }
#pragma warning disable CA1031 // The failure is handed to every waiter, whatever it is.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Land(key, flight);
            flight.Landed.TrySetException(exception);
        }
    }

    private void Land(TKey key, Shared flight)
    {
        lock (_flights)
            Remove(key, flight);
    }

    private void Leave(TKey key, Shared flight)
    {
        lock (_flights)
        {
            if (--flight.Waiters > 0)
                return;
            Remove(key, flight);
        }

        flight.Dispose();
    }

    private void Remove(TKey key, Shared flight)
    {
        if (_flights.TryGetValue(key, out var current) && ReferenceEquals(current, flight))
            _flights.Remove(key);
    }

    private sealed class Shared(TimeSpan limit, TimeProvider time) : Flight(limit, time)
    {
        public TaskCompletionSource<TValue> Landed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task? Work { get; set; }

        public int Waiters { get; set; }
    }
}

/// <summary>Shared work as it sees itself.</summary>
public abstract class Flight : IDisposable
{
    private readonly CancellationTokenSource _ending;
    private volatile bool _isDetached;

    private protected Flight(TimeSpan limit, TimeProvider time)
    {
        _ending = new CancellationTokenSource(limit, time);
        Token = _ending.Token;
    }

    /// <summary>Cancelled when the last waiter has left or the time limit has passed.</summary>
    public CancellationToken Token { get; }

    /// <summary>An invalidation came during the flight: what it makes must not be published.</summary>
    public bool IsDetached
    {
        get => _isDetached;
        internal set => _isDetached = value;
    }

    /// <summary>Called when the last waiter has left: cancels what still runs.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
        GC.SuppressFinalize(this);
    }
}
