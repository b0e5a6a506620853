using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Identity;
using ImageService.Core.Registry;

namespace ImageService.Api.Authentication;

/// <summary>
/// Reads the credential of a request: <c>X-API-Key</c> (an organization's or the platform's), or <c>Authorization: Bearer</c> with a session token or, on
/// routes that
/// take one, an upload ticket.
/// </summary>
internal sealed class Credentials(ApiKeyVerifier keys, SessionBook sessions, UploadTickets tickets)
{
    public const string KeyHeader = "X-API-Key";

    /// <summary>Names the organization a person means on routes that do not: a slug.</summary>
    public const string OrganizationHeader = "X-Organization";

    private const string Bearer = "Bearer ";

    /// <summary>Exactly one of key (or ticket) and person, or why not.</summary>
    public async Task<Result<(Caller? Key, SignedInUser? Person)>> ReadAsync(HttpContext http, CancellationToken ct)
    {
        var headers = http.Request.Headers;
        if (headers.TryGetValue(KeyHeader, out var presented))
        {
            if (presented is not [{ Length: > 0 } key])
                return Problems.Unauthenticated;
            var verified = await keys.VerifyAsync(key, http.Client().Address, ct);
            return verified.IsSuccess ? (verified.Value, null) : verified.Error;
        }

        if (headers.Authorization is not [{ } authorization] || !authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return Problems.Unauthenticated;
        var token = authorization[Bearer.Length..].Trim();
        if (token.StartsWith(UploadTickets.Prefix, StringComparison.Ordinal))
        {
            return http.GetEndpoint()?.Metadata.GetMetadata<TakesUploadTicket>() is not null && await tickets.OpenAsync(token, ct) is { } uploader
                ? (uploader, null)
                : Problems.Unauthenticated;
        }

        return await sessions.FindAsync(token, ct) is { } person ? (null, person) : Problems.Unauthenticated;
    }

    /// <summary>
    /// The person as a caller within one organization: the one named by slug, or the only one there is. In an organization that the person does not belong to
    /// the caller has no grants, and nothing there exists for it.
    /// </summary>
    public static Result<Caller> Within(SignedInUser person, string? organization)
    {
        var slug = organization ?? OnlyOne(person);
        if (slug is null)
            return Problems.Invalid(
                $"You belong to {(person.Memberships.Count == 0 ? "no organization" : $"several organizations: name one by slug in {OrganizationHeader}")}.");
        var here = person.Memberships.Where(membership => membership.OrganizationSlug == slug).ToArray();
        var grants = here.Select(static membership =>
            new Grant(membership.TenantId, membership.SpaceId, Permissions.Of(membership.Role)) { Role = membership.Role }).ToArray();
        var bound = grants.Length == 1 ? grants[0] : null;
        return new Caller
        {
            Type = ActorType.User,
            Id = person.UserId,
            Name = person.Email,
            OrganizationId = here.FirstOrDefault()?.OrganizationId ?? Guid.Empty,
            TenantId = bound?.TenantId,
            SpaceId = bound?.SpaceId,
            Scopes = grants.SelectMany(static grant => grant.Scopes).ToHashSet(StringComparer.Ordinal),
            IsPlatform = false,
            Grants = grants,
        };
    }

    private static string? OnlyOne(SignedInUser person)
    {
        var slugs = person.Memberships.Select(static membership => membership.OrganizationSlug).Distinct(StringComparer.Ordinal).Take(2).ToArray();
        return slugs.Length == 1 ? slugs[0] : null;
    }
}
