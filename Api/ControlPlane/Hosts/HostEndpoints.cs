using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Dialects;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Hosts;

/// <summary>A space's own host names, on which old URLs go on working.</summary>
internal static class HostEndpoints
{
    private const int MaxHosts = 100;

    private static readonly Error Taken = new(ErrorCode.Conflict, "The host name is in use. A verified name belongs to one space.");

    public static void MapHosts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/hosts").WithTags("Hosts");
        group.MapPost("", Create).RequireScope(Scopes.TenantWrite).Idempotent()
            .Describe("createHost", "Add a host name of your own",
                "It is served once DNS or the name's present server has shown the challenge; in development names below .localhost are served at once.")
            .Answers<HostResponse>(201).Fails(400, 403, 404, 409);
        group.MapGet("", List).RequireCaller().Describe("listHosts", "List host names").Answers<Page<HostResponse>>().Fails(400, 404);
        group.MapGet("/{hostname}", Get).RequireCaller().Describe("getHost", "Show a host name").Answers<HostResponse>().Fails(404);
        group.MapPatch("/{hostname}", Update).RequireScope(Scopes.TenantWrite)
            .Describe("updateHost", "Change a host name's keys or rules").Answers<HostResponse>().Fails(400, 403, 404, 412);
        group.MapPost("/{hostname}/verify", Verify).RequireScope(Scopes.TenantWrite)
            .Describe("verifyHost", "Look for a host name's challenge now").Answers<HostResponse>().Fails(403, 404, 409);
        group.MapDelete("/{hostname}", Delete).RequireScope(Scopes.TenantWrite)
            .Describe("deleteHost", "Give up a host name", "Its URLs stop at once; its aliases stay.").AnswersNothing().Fails(403, 404, 412);
    }

    private static async Task<IResult> Create(
        CreateHostRequest request, Visit visit, RegistryFactory registry, SecretProtector protector, IHostEnvironment environment, TimeProvider clock,
        HttpContext http,
        CancellationToken ct)
    {
        if (request.Dialect is not { } dialect || !Enum.IsDefined(dialect))
            return Problems.Invalid("dialect must be one of native, imgproxy, thumbor, cloudinary, imgix, next, ipx, cloudflare.").ToProblem();
        if (!HostNames.Read(request.Hostname).TryGet(out var hostname, out var error)
            || !DialectKeys.Read(dialect, request.Keys, request.TokenKey).TryGet(out var keys, out error))
            return error.ToProblem();
        var (at, now) = (visit.At, clock.GetUtcNow());
        await using var db = registry.ForOrganization(at.OrganizationId);
        if (await db.Hosts.CountAsync(row => row.SpaceId == at.SpaceId, ct) >= MaxHosts)
            return new Error(ErrorCode.Conflict, $"A space has at most {MaxHosts} host names. Delete one first.").ToProblem();
        var host = new DialectHost
        {
            OrganizationId = at.OrganizationId,
            TenantId = at.TenantId!.Value,
            SpaceId = at.SpaceId!.Value,
            Hostname = hostname,
            Dialect = dialect,
            AllowUnsigned = request.AllowUnsigned ?? false,
            Lenient = request.Lenient ?? false,
            Challenge = HostChallenge.New(),
            CreatedAt = now,
            UpdatedAt = now,
        };
        host.ProtectedKeys = HostKeys.Seal(protector, host.Id, keys);
        if (environment.IsDevelopment() && HostNames.IsLocal(hostname))
            host.VerifiedAt = now;
        db.Hosts.Add(host);
        if (await db.TrySaveAsync(Taken, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(host.RowVersion);
        return Results.Created($"{http.Request.Path}/{host.Hostname}", HostResponse.Of(host));
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, string? cursor, int? limit, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await db.Hosts.AsNoTracking()
            .Where(row => row.SpaceId == visit.At.SpaceId && (after == null || row.Id > after)).OrderBy(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, HostResponse.Of, static row => Cursor.Of(row.Id)));
    }

    private static async Task<IResult> Get(string hostname, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, hostname, ct) is not { } host)
            return Problems.NotFound.ToProblem();
        http.SetETag(host.RowVersion);
        return Results.Ok(HostResponse.Of(host));
    }

    private static async Task<IResult> Update(
        string hostname, UpdateHostRequest request, Visit visit, RegistryFactory registry, SecretProtector protector, TimeProvider clock, HttpContext http,
        CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, hostname, ct) is not { } host)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, host.RowVersion) is { } stale)
            return stale.ToProblem();
        if (request.Keys is not null || request.TokenKey is not null)
        {
            if (!DialectKeys.Read(host.Dialect, request.Keys, request.TokenKey).TryGet(out var keys, out var error))
                return error.ToProblem();
            host.ProtectedKeys = HostKeys.Seal(protector, host.Id, keys);
        }

        host.AllowUnsigned = request.AllowUnsigned ?? host.AllowUnsigned;
        host.Lenient = request.Lenient ?? host.Lenient;
        host.UpdatedAt = clock.GetUtcNow();
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(host.RowVersion);
        return Results.Ok(HostResponse.Of(host));
    }

    private static async Task<IResult> Verify(string hostname, Visit visit, RegistryFactory registry, HostChallenge challenge, TimeProvider clock,
        HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, hostname, ct) is not { } host)
            return Problems.NotFound.ToProblem();
        if (host.VerifiedAt is null)
        {
            if (await challenge.JudgeAsync(host, ct) is { } unproved)
                return unproved.ToProblem();
            host.VerifiedAt = clock.GetUtcNow();
            host.UpdatedAt = host.VerifiedAt.Value;
            if (await db.TrySaveAsync(Taken, ct) is { } failure)
                return failure.ToProblem();
        }

        http.SetETag(host.RowVersion);
        return Results.Ok(HostResponse.Of(host));
    }

    private static async Task<IResult> Delete(string hostname, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, hostname, ct) is not { } host)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, host.RowVersion) is { } stale)
            return stale.ToProblem();
        db.Hosts.Remove(host);
        return await db.TrySaveAsync(http, ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    private static Task<DialectHost?> FindAsync(RegistryDb db, Place at, string hostname, CancellationToken ct)
    {
        var name = hostname.ToLowerInvariant(); // as names are kept
        return db.Hosts.SingleOrDefaultAsync(row => row.SpaceId == at.SpaceId && row.Hostname == name, ct);
    }
}

/// <summary>The rules of host names in requests.</summary>
internal static class HostNames
{
    private const int Longest = 253;

    /// <summary>Lower case; a DNS name of several labels, no address.</summary>
    public static Result<string> Read(string? text) =>
        text?.ToLowerInvariant() is { Length: > 3 and <= Longest } name && Uri.CheckHostName(name) is UriHostNameType.Dns
            && name.Contains('.', StringComparison.Ordinal)
        && name.All(static character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '.' or '-') && name[^1] != '.'
        && !name.All(static character => char.IsAsciiDigit(character) || character == '.')
            ? name
            : Problems.Invalid("hostname must be a DNS name such as images.example.com, without port; names beyond ASCII in their xn-- form.");

    /// <summary>Whether the name leads to this machine whatever DNS says (RFC 6761 section 6.3).</summary>
    public static bool IsLocal(string hostname) => hostname.EndsWith(".localhost", StringComparison.Ordinal);
}
