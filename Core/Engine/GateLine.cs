namespace ImageService.Core.Engine;

/// <summary>
/// Who is next at the <see cref="TransformGate"/>: people before background work, organizations in turns by the CPU time they have had (start-time fair
/// queueing: Goyal, Vin, Cheng 1996), and within an organization the cheap before the dear that came little earlier. Not thread-safe; times in seconds.
/// </summary>
/// <param name="clock">Tells the time.</param>
internal sealed class GateLine(Func<double> clock)
{
    private const int SpareLanes = 64;

    // CPU time a second that is not worth remembering.
    private const double Negligible = 0.01;
    private readonly Dictionary<Guid, Lane> _lanes = [];

    // What the organization last served had had by then; one that comes now has had as much, or idleness could be saved up.
    private double _served;
    private GateRate _all = new();
    private int _running;

    /// <summary>Waiting now.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Puts a waiter in line. Each overtakes those whose cost exceeds its own by more than they have waited: the dear are overtaken, but not for ever.
    /// </summary>
    public void Join(GateWaiter waiter)
    {
        var lane = LaneOf(waiter.OrganizationId);
        var line = lane.Line(waiter.IsBackground);
        var before = line.Last;
        while (before is not null && before.Value.Rank > waiter.Rank)
            before = before.Previous;
        waiter.Place = before is null ? line.AddFirst(waiter) : line.AddAfter(before, waiter);
        Count++;
    }

    /// <summary>Takes a waiter out of line.</summary>
    public void Remove(GateWaiter waiter)
    {
        waiter.Place!.List!.Remove(waiter.Place);
        waiter.Place = null;
        Count--;
        Forget(waiter.OrganizationId);
    }

    /// <summary>The one whose turn it is; null where nobody who may run waits.</summary>
    /// <param name="mayRun">Whether there is a place for a waiter of this kind.</param>
    public GateWaiter? Next(Func<GateWaiter, bool> mayRun) => Next(mayRun, isBackground: false) ?? Next(mayRun, isBackground: true);

    /// <summary>Charges a start to its organization, before the next one is let in.</summary>
    public void Start(Guid organizationId, double cost)
    {
        var now = clock();
        var lane = LaneOf(organizationId);
        lane.Rate.Add(cost, now);
        _all.Add(cost, now);
        _served = Math.Max(_served, lane.Had);
        lane.Had += cost;
        lane.Running++;
        _running++;
    }

    /// <summary>Corrects the charge by what it really was.</summary>
    public void End(Guid organizationId, double correction)
    {
        var lane = _lanes[organizationId];
        lane.Had += correction;
        lane.Running--;
        _running--;
        Forget(organizationId);
    }

    /// <summary>What the organization has in line before a newcomer among its people.</summary>
    public double OwnAhead(Guid organizationId, double rank) =>
        _lanes.GetValueOrDefault(organizationId)?.People.TakeWhile(other => other.Rank <= rank).Sum(other => other.Cost) ?? 0;

    /// <summary>
    /// CPU time a second that other organizations were given lately. They will come again, and their turns come between the organization's own.
    /// </summary>
    public double RateOfOthers(Guid organizationId) =>
        Math.Max(0, _all.At(clock()) - (_lanes.GetValueOrDefault(organizationId)?.Rate.At(clock()) ?? 0));

    /// <summary>The costs of those who would be served before a newcomer among people.</summary>
    /// <param name="organizationId">The newcomer's.</param>
    /// <param name="rank">The newcomer's.</param>
    /// <param name="cost">The newcomer's.</param>
    /// <param name="counts">Which of them to count.</param>
    public IEnumerable<double> Ahead(Guid organizationId, double rank, double cost, Func<GateWaiter, bool> counts)
    {
        var own = _lanes.GetValueOrDefault(organizationId);
        var turn = Math.Max(own?.Had ?? 0, _served) + cost;
        foreach (var waiter in own?.People.TakeWhile(other => other.Rank <= rank) ?? [])
        {
            turn += waiter.Cost;
            if (counts(waiter))
                yield return waiter.Cost;
        }

        foreach (var lane in _lanes.Values)
        {
            if (lane == own)
                continue;
            var other = lane.Had;
            foreach (var waiter in lane.People)
            {
                if ((other += waiter.Cost) > turn)
                    break;
                if (counts(waiter))
                    yield return waiter.Cost;
            }
        }
    }

    /// <summary>
    /// Whom a newcomer may displace from a full line: background work, else the last of the organization that waits most where the newcomer's waits less.
    /// </summary>
    public GateWaiter? Displaceable(GateRequest newcomer)
    {
        var longest = _lanes.Values.MaxBy(lane => lane.Waiting);
        if (longest is null)
            return null;
        if (!newcomer.IsBackground && _lanes.Values.FirstOrDefault(lane => lane.Background.Count > 0) is { } behind)
            return behind.Background.Last!.Value;
        var own = _lanes.GetValueOrDefault(newcomer.OrganizationId)?.Waiting ?? 0;
        if (longest.Waiting <= own + 1 || (newcomer.IsBackground && longest.Background.Count == 0))
            return null;
        return (longest.Background.Last ?? longest.People.Last)!.Value;
    }

    private GateWaiter? Next(Func<GateWaiter, bool> mayRun, bool isBackground)
    {
        GateWaiter? next = null;
        var least = double.MaxValue;
        foreach (var lane in _lanes.Values)
        {
            var first = lane.Line(isBackground).First;
            while (first is not null && !mayRun(first.Value))
                first = first.Next;
            if (first is null)
                continue;
            var turn = lane.Had + first.Value.Cost;
            if (turn > least || (turn == least && first.Value.Rank >= next!.Rank))
                continue;
            (next, least) = (first.Value, turn);
        }

        return next;
    }

    private Lane LaneOf(Guid organizationId)
    {
        if (!_lanes.TryGetValue(organizationId, out var lane))
            _lanes[organizationId] = lane = new Lane();
        if (lane.IsIdle)
            lane.Had = Math.Max(lane.Had, _served);
        return lane;
    }

    // One that had more than its share is remembered until the others have caught up, or nobody is left.
    private void Forget(Guid organizationId)
    {
        if (Count == 0 && _running == 0)
        {
            _lanes.Clear();
            _served = 0;
            _all = new GateRate();
            return;
        }

        if (_lanes.TryGetValue(organizationId, out var lane) && IsForgettable(lane))
            _lanes.Remove(organizationId);
        if (_lanes.Count <= SpareLanes + (2 * (Count + _running)))
            return;
        foreach (var (id, _) in _lanes.Where(one => IsForgettable(one.Value)).ToList())
            _lanes.Remove(id);
    }

    private bool IsForgettable(Lane lane) => lane.IsIdle && lane.Had <= _served && lane.Rate.At(clock()) < Negligible;

    private sealed class Lane
    {
        /// <summary>CPU time charged so far, on a scale that all share.</summary>
        public double Had { get; set; }

        public GateRate Rate { get; } = new();

        public int Running { get; set; }

        public LinkedList<GateWaiter> People { get; } = [];

        public LinkedList<GateWaiter> Background { get; } = [];

        public int Waiting => People.Count + Background.Count;

        public bool IsIdle => Running == 0 && Waiting == 0;

        public LinkedList<GateWaiter> Line(bool isBackground) => isBackground ? Background : People;
    }
}

/// <summary>One that waits at the gate.</summary>
internal sealed class GateWaiter(GateRequest request, double cost, double arrived, bool isDear)
{
    public Guid OrganizationId => Request.OrganizationId;

    public bool IsBackground => Request.IsBackground;

    public GateRequest Request { get; } = request;

    /// <summary>Expected CPU time, s.</summary>
    public double Cost { get; } = cost;

    public bool IsDear { get; } = isDear;

    /// <summary>Order within its organization.</summary>
    public double Rank { get; } = arrived + cost;

    /// <summary>Null once it has left the line.</summary>
    public LinkedListNode<GateWaiter>? Place { get; set; }

    /// <summary>The lease, or null where it was sent away.</summary>
    public TaskCompletionSource<GateLease?> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
