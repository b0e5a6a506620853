using ImageService.Portal.Client;

namespace ImageService.Portal.Workspaces;

/// <summary>
/// What changes in the organization that a person looks at, as the Api tells it: one stream for a page's circuit, however many parts of the page listen. It
/// is opened by the first who listens and
/// closed with the circuit; cut off, it is opened again after a pause.
/// </summary>
internal sealed class ChangeFeed(ImageServiceClient client, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<Listener> _listeners = [];
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <summary>Listens until disposed. Calls come one after the other, from another thread than the page's.</summary>
    /// <param name="organization">Slug.</param>
    /// <param name="heard">Kind and place; kind <c>all</c> where something may have been missed.</param>
    public IDisposable Listen(string organization, Action<Change> heard)
    {
        var listener = new Listener(this, organization, heard);
        bool begin;
        lock (_lock)
        {
            _listeners.Add(listener);
            begin = _open.Add(organization);
        }

        if (begin)
        {
#pragma warning disable RS0030 // A stream that is read for as long as anybody listens; it works on nothing.
            _ = Task.Run(() => ReadAsync(organization, _end.Token), _end.Token);
#pragma warning restore RS0030
        }

        return listener;
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
    }

    /// <summary>Reads the stream while anybody listens. What the Api refuses for good is not asked again.</summary>
    private async Task ReadAsync(string organization, CancellationToken ct)
    {
        var (pause, again) = (Pause, false);
        while (!ct.IsCancellationRequested && IsWanted(organization))
        {
            var answer = await client.WatchAsync(
                organization,
                item =>
                {
                    // What happened between two streams nobody told.
                    if (again)
                        Tell(organization, new Change("all", null, null));
                    (again, pause) = (false, Pause);
                    if (item.EventType != "alive")
                        Tell(organization, new Change(item.EventType, item.Data.Tenant, item.Data.Space));
                    return IsWanted(organization);
                },
                ct);
            if (answer is { Status: 401 or 403 or 404 })
                return;
            again = true;
            await Task.Delay(pause, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Whether anybody listens; if not, the next who does opens the stream anew.</summary>
    private bool IsWanted(string organization)
    {
        lock (_lock)
        {
            if (_listeners.Exists(listener => listener.Organization == organization))
                return true;
            _open.Remove(organization);
            return false;
        }
    }

    private void Tell(string organization, Change change)
    {
        Listener[] all;
        lock (_lock) all = [.. _listeners.Where(listener => listener.Organization == organization)];
        foreach (var listener in all) listener.Heard(change);
    }

    private sealed class Listener(ChangeFeed feed, string organization, Action<Change> heard) : IDisposable
    {
        public string Organization { get; } = organization;

        public Action<Change> Heard { get; } = heard;

        public void Dispose()
        {
            lock (feed._lock) feed._listeners.Remove(this);
        }
    }
}

/// <summary>Something changed.</summary>
/// <param name="Kind"><c>assets</c>, <c>jobs</c>, <c>members</c>, <c>usage</c>, <c>all</c>.</param>
/// <param name="Tenant">Slug; null for the organization as a whole.</param>
/// <param name="Space">Slug; null for the organization as a whole.</param>
public sealed record Change(string Kind, string? Tenant, string? Space);
