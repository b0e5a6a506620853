using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Tenancy;

namespace ImageService.Api.ControlPlane.Events;

/// <summary>What changes in an organization, as it happens: server-sent events.</summary>
internal static class EventEndpoints
{
    /// <summary>Changes that come together are told together.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(200);

    /// <summary>Time between two signs of life.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    /// <summary>Time between two looks at the credential: one that ended is refused everywhere within five seconds, here too.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2.5);

    /// <summary>A stream ends after this time; readers connect again by themselves.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    public static void MapEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/organizations/{org}/events", Watch).RequireCaller().WithTags("Events")
            .Describe("watchChanges", "Watch what changes",
                "Server-sent events: assets, jobs, members and usage say that something of that kind changed and where ({tenant, space}); all says that anything may have; alive is a sign of life. "
                + "Only what the caller may see is told.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream").Fails(403, 404, 429);

    private static IResult Watch(Visit visit, ChangeFeed feed, Credentials credentials, TenantDirectory tenants, IHostApplicationLifetime lifetime,
        TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (feed.TryWatch(visit.At.OrganizationId) is not { } watcher)
            return new Error(ErrorCode.RateLimited,
                $"At most {ChangeFeed.MaxWatchers} may watch an organization at one server.")
            { RetryAfter = Beat }.ToProblem();
        http.Response.RegisterForDispose(watcher);
        http.Response.Headers.CacheControl = "no-store";

        // Proxies that collect an answer would keep it until its end.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(ReadAsync(watcher, visit, credentials, tenants, lifetime, clock, http, ct));
    }

    private static async IAsyncEnumerable<SseItem<ChangeEvent>> ReadAsync(
        ChangeWatcher watcher, Visit visit, Credentials credentials, TenantDirectory tenants, IHostApplicationLifetime lifetime, TimeProvider clock,
        HttpContext http, [EnumeratorCancellation] CancellationToken ct)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        var (began, looked, told) = (clock.GetTimestamp(), clock.GetTimestamp(), clock.GetTimestamp());
        var caller = visit.Caller;
        yield return Alive();
        while (clock.GetElapsedTime(began) < Longest)
        {
            var notices = await TakeAsync(watcher, end.Token);
            if (notices is null)
                yield break;
            if (clock.GetElapsedTime(looked) >= Look)
            {
                // A session that ended, or a key that was revoked, hears no more, and a role that was lowered no more than it may.
                if (await LookAgainAsync(credentials, visit.At, http, ct) is not { } present)
                    yield break;
                (caller, looked) = (present, clock.GetTimestamp());
            }

            foreach (var notice in notices)
            {
                if (await ShowAsync(notice, visit.At, caller, tenants, ct) is not { } shown)
                    continue;
                yield return new SseItem<ChangeEvent>(shown, notice.Kind);
                told = clock.GetTimestamp();
            }

            if (clock.GetElapsedTime(told) < Beat)
                continue;
            yield return Alive();
            told = clock.GetTimestamp();
        }
    }

    /// <summary>Who the request's credential stands for now; null where it stands for nobody.</summary>
    private static async Task<Caller?> LookAgainAsync(Credentials credentials, Place at, HttpContext http, CancellationToken ct)
    {
        if (!(await credentials.ReadAsync(http, ct)).TryGet(out var found, out _))
            return null;
        return found.Person is not { } person ? found.Key : Credentials.Within(person, at.Organization).TryGet(out var caller, out _) ? caller : null;
    }

    /// <summary>Null where the stream is to end.</summary>
    private static async Task<IReadOnlyCollection<ChangeNotice>?> TakeAsync(ChangeWatcher watcher, CancellationToken ct)
    {
        try
        {
            var notices = await watcher.TakeAsync(Look, ct);
            if (notices.Count == 0)
                return notices;
            await Task.Delay(Together, ct);
            return [.. notices.Union(await watcher.TakeAsync(TimeSpan.Zero, ct))];
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static SseItem<ChangeEvent> Alive() => new(new ChangeEvent(null, null), "alive");

    /// <summary>The event as the caller may see it; null where he may not.</summary>
    private static async Task<ChangeEvent?> ShowAsync(ChangeNotice notice, Place at, Caller caller, TenantDirectory tenants, CancellationToken ct)
    {
        var may = notice.Kind switch
        {
            "assets" => notice is { TenantId: { } tenant, SpaceId: { } space } && caller.May(Scopes.ImageRead, tenant, space),
            "jobs" => caller.Scopes.Contains(Scopes.ImageRead),
            "members" => caller.Scopes.Contains(Scopes.TenantWrite),
            "usage" => caller.Scopes.Contains(Scopes.UsageRead),
            _ => true,
        };
        if (!may)
            return null;
        if (notice.SpaceId is not { } spaceId)
            return new ChangeEvent(null, null);
        var place = await tenants.FindSpaceAsync(at.OrganizationId, spaceId, ct);
        return place is null ? null : new ChangeEvent(place.TenantSlug, place.SpaceSlug);
    }
}

/// <summary>Where something changed.</summary>
/// <param name="Tenant">Slug; null for the organization as a whole.</param>
/// <param name="Space">Slug; null for the organization as a whole.</param>
internal sealed record ChangeEvent(string? Tenant, string? Space);
