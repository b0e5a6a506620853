using ImageService.Api.Authentication;
using ImageService.Api.Gateway;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.SigningKeys;

/// <summary>What <see cref="SignatureReports"/> noted, for owners.</summary>
internal static class SignatureReportEndpoints
{
    private const int MostSpaces = 1000;

    private static readonly Error Away = new(ErrorCode.Overloaded, "The report is kept in Redis, which does not answer at the moment.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public static void MapSignatureReports(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/signature-report", Read)
            .RequireScope(Scopes.AuditRead)
            .WithTags("Signing keys")
            .Describe("getSignatureReport", "Requests of the last week whose signature did not hold",
                "Those that were refused, and those that signing mode 'report' served and would have refused; with the key that each named.")
            .Answers<SignatureReport>().Fails(403, 404);
        routes.MapGet("/v1/organizations/{org}/signature-report", Sum)
            .RequireScope(Scopes.AuditRead)
            .WithTags("Signing keys")
            .Describe("sumSignatureReports", "How many requests of the last week had a signature that did not hold, by space",
                "Spaces without any are left out.")
            .Answers<SignatureSums>().Fails(403, 404);
    }

    private static async Task<IResult> Read(Visit visit, SignatureReports reports, CancellationToken ct) =>
        await reports.ReadAsync(visit.At.SpaceId ?? Guid.Empty, ct) is { } report ? Results.Ok(report) : Away.ToProblem();

    private static async Task<IResult> Sum(Visit visit, RegistryFactory registry, SignatureReports reports, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var spaces = await db.Spaces.AsNoTracking()
            .Where(space => space.OrganizationId == visit.At.OrganizationId && space.DeletedAt == null)
            .Join(db.Tenants, space => space.TenantId, tenant => tenant.Id, (space, tenant) => new { space.Id, Space = space.Slug, Tenant = tenant.Slug })
            .OrderBy(row => row.Tenant).ThenBy(row => row.Space).Take(MostSpaces).ToListAsync(ct);
        if (await reports.CountAsync([.. spaces.Select(space => space.Id)], ct) is not { } counts)
            return Away.ToProblem();
        return Results.Ok(new SignatureSums([.. spaces.Zip(counts, (space, count) => new SignatureSum(space.Tenant, space.Space, count.Reported, count.Refused))
            .Where(sum => sum.Count + sum.Refused > 0)]));
    }
}

/// <summary>Spaces in which signatures did not hold.</summary>
internal sealed record SignatureSums(IReadOnlyList<SignatureSum> Items);

/// <summary>Signatures of the last week that did not hold in a space.</summary>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
/// <param name="Count">Served, and would have been refused (signing mode <c>report</c>).</param>
/// <param name="Refused">Refused.</param>
internal sealed record SignatureSum(string Tenant, string Space, long Count, long Refused);
