using System.Collections.Concurrent;
using System.Collections.Immutable;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Events;

/// <summary>
/// Hears on the process's one listening connection that something of an organization changed, and tells everyone who watches that organization. A notice
/// says which kind and where, never what:
/// whoever wants to know looks, with his own rights.
/// </summary>
internal sealed class ChangeFeed(Notices notices) : IHostedService
{
    public const string Channel = "changes";

    /// <summary>Watchers of one organization at once in this process.</summary>
    public const int MaxWatchers = 200;

    private readonly ConcurrentDictionary<Guid, ImmutableArray<ChangeWatcher>> _watchers = new();
    private IDisposable? _subscription;

    /// <summary>Begins to watch; null where too many do. The caller disposes the watcher.</summary>
    public ChangeWatcher? TryWatch(Guid organizationId)
    {
        var watcher = new ChangeWatcher(this, organizationId);
        var all = _watchers.AddOrUpdate(
            organizationId,
            static (_, added) => [added],
            static (_, present, added) => present.Length < MaxWatchers ? present.Add(added) : present,
            watcher);
        return all.Contains(watcher) ? watcher : null;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = notices.On(Channel, Hear, TellAllLost);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }

    internal void Forget(ChangeWatcher watcher)
    {
        while (_watchers.TryGetValue(watcher.OrganizationId, out var all))
        {
            var left = all.Remove(watcher);
            if (left.IsEmpty
                ? _watchers.TryRemove(KeyValuePair.Create(watcher.OrganizationId, all))
                : _watchers.TryUpdate(watcher.OrganizationId, left, all))
                return;
        }
    }

    private void Hear(string payload)
    {
        // The triggers' text: kind, then ids of organization, tenant and space as far as there are any.
        var parts = payload.Split(' ');
        if (parts.Length < 2 || !Guid.TryParse(parts[1], out var organizationId) || !_watchers.TryGetValue(organizationId, out var watchers))
            return;
        var notice = new ChangeNotice(parts[0], IdAt(parts, 2), IdAt(parts, 3));
        foreach (var watcher in watchers)
            watcher.Add(notice);
    }

    private static Guid? IdAt(string[] parts, int place) => parts.Length > place && Guid.TryParse(parts[place], out var id) ? id : null;

    private void TellAllLost()
    {
        foreach (var watcher in _watchers.Values.SelectMany(static all => all))
            watcher.Add(ChangeNotice.Lost);
    }
}

/// <summary>Something changed.</summary>
/// <param name="Kind"><c>assets</c>, <c>jobs</c>, <c>members</c>, <c>usage</c>; <c>all</c> where notices may have been missed.</param>
/// <param name="TenantId">Where; null for the organization as a whole.</param>
/// <param name="SpaceId">Where; null for the tenant or organization as a whole.</param>
internal readonly record struct ChangeNotice(string Kind, Guid? TenantId, Guid? SpaceId)
{
    public static readonly ChangeNotice Lost = new("all", null, null);
}

/// <summary>One who watches. Equal notices that nobody took yet are one, so a slow reader costs no more memory than there are places.</summary>
internal sealed class ChangeWatcher(ChangeFeed feed, Guid organizationId) : IDisposable
{
    private readonly Lock _lock = new();
#pragma warning disable CA2213 // Never disposed: a notice may be on its way to a watcher that has just ended, and without a wait handle there is nothing to free.
    private readonly SemaphoreSlim _signal = new(0);
#pragma warning restore CA2213
    private HashSet<ChangeNotice> _notices = [];

    public Guid OrganizationId { get; } = organizationId;

    public void Add(ChangeNotice notice)
    {
        lock (_lock)
        {
            if (_notices.Add(notice) && _notices.Count == 1)
                _signal.Release();
        }
    }

    /// <summary>What changed since the last call; empty when the time is up.</summary>
    public async Task<IReadOnlyCollection<ChangeNotice>> TakeAsync(TimeSpan atMost, CancellationToken ct)
    {
        if (!await _signal.WaitAsync(atMost, ct))
            return [];
        lock (_lock)
        {
            var taken = _notices;
            _notices = [];
            return taken;
        }
    }

    public void Dispose() => feed.Forget(this);
}
