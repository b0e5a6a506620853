using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Api.Authentication;

/// <summary>
/// Writes refused access into the audit log of the caller's own organization. What was aimed at in another organization is told there to nobody. The first
/// refusal of a kind (caller, code, route) leaves
/// its line at once; the same again, and whatever goes beyond <see cref="LinesPerPeriod"/>, is counted and leaves one line per caller and code when the
/// period ends, so that nobody makes the log grow by
/// knocking. A process that is killed loses its counts of the period.
/// </summary>
internal sealed class RefusalAudit(RegistryFactory registry, AuditLog log, CurrentActor actor, TimeProvider time, ILogger<RefusalAudit> logger)
    : BackgroundService
{
    /// <summary>How long refusals are summed.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    /// <summary>Lines of an organization that are written at once in a period, at most.</summary>
    public const int LinesPerPeriod = 20;

    /// <summary>Callers and codes that are counted apart in a period, at most; what comes beyond is counted together.</summary>
    private const int MaxSums = 100;

    private readonly Lock _lock = new();
    private Dictionary<Guid, Tally> _tallies = [];

    /// <summary>
    /// Whether an error that a handler found is refused access: the place was in the body or belongs to a row. For a credential bound to a part of its
    /// organization
    /// "not there" may be "not yours".
    /// </summary>
    public static bool Concerns(Error error, Caller caller) => error.Code switch
    {
        ErrorCode.Forbidden or ErrorCode.InsufficientScope or ErrorCode.PolicyLocked => true,
        ErrorCode.NotFound => caller.Grants.Count > 0 && caller.Grants.All(static grant => grant.TenantId is not null),
        _ => false,
    };

    public async Task NoteAsync(HttpContext http, Caller caller, Error refusal, CancellationToken ct)
    {
        if (caller.OrganizationId is not { } organizationId || organizationId == Guid.Empty)
            return;
        var route = $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText}";
        var code = Problems.Name(refusal.Code);
        if (!IsFirst(organizationId, caller, code, route))
            return;
        await using var db = registry.ForOrganization(organizationId);
        log.Add(db, organizationId, "access.refused", "route", route, after: new { code, organization = http.GetRouteValue("org") as string });
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Writes the sums of the period that ends now; a new one begins.</summary>
    public async Task WriteSumsAsync(CancellationToken ct)
    {
        Dictionary<Guid, Tally> ended;
        lock (_lock)
            (ended, _tallies) = (_tallies, []);
        foreach (var (organizationId, tally) in ended.Where(static entry => entry.Value.Sums.Count > 0))
        {
            try
            {
                await WriteSumsAsync(organizationId, tally, ct);
            }
            catch (Exception failure) when (RegistryFailure.IsUnavailable(failure))
            {
                Log.RefusalsNotWritten(logger, failure, tally.Sums.Sum(static sum => (long)sum.Value.Count));
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await WriteSumsAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await WriteSumsAsync(CancellationToken.None);
        }
    }

    private async Task WriteSumsAsync(Guid organizationId, Tally tally, CancellationToken ct)
    {
        // One transaction, and so one turn in the log's chain.
        await using var db = registry.ForOrganization(organizationId);
        foreach (var (key, sum) in tally.Sums)
        {
            actor.Become(sum.Actor);
            log.Add(db, organizationId, "access.refused", "route", sum.LastRoute,
                after: new { code = key.Code, count = sum.Count, from = sum.Since, to = time.GetUtcNow() });
        }

        await db.SaveChangesAsync(ct);
    }

    /// <summary>Whether the refusal leaves a line of its own; if not, it is counted.</summary>
    private bool IsFirst(Guid organizationId, Caller caller, string code, string route)
    {
        lock (_lock)
        {
            if (!_tallies.TryGetValue(organizationId, out var tally))
                _tallies[organizationId] = tally = new Tally([], []);
            if (tally.Written.Count < LinesPerPeriod && tally.Written.Add((caller.Id, code, route)))
                return true;
            var key = (caller.Id, code);
            if (!tally.Sums.TryGetValue(key, out var sum))
            {
                key = tally.Sums.Count < MaxSums ? key : (Guid.Empty, code);
                var who = key.Id == Guid.Empty ? new Actor { Type = ActorType.Anonymous, Id = null, Name = "several callers" } : actor.Value;
                sum = tally.Sums.GetValueOrDefault(key) ?? new Sum(who, time.GetUtcNow());
            }

            tally.Sums[key] = sum with { Count = sum.Count + 1, LastRoute = route };
            return false;
        }
    }

    private sealed record Tally(HashSet<(Guid Id, string Code, string Route)> Written, Dictionary<(Guid Id, string Code), Sum> Sums);

    private sealed record Sum(Actor Actor, DateTimeOffset Since)
    {
        public int Count { get; init; }

        public string LastRoute { get; init; } = "";
    }
}
