using System.Globalization;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Jobs;

/// <summary>What the worker does for an organization: how much waits, what runs, what failed and may be tried again.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/jobs").WithTags("Jobs");
        group.MapGet("/summary", Summarize).RequireScope(Scopes.TenantWrite)
            .Describe("getJobSummary", "Count jobs", "Waiting, running and failed ones of this organization, and since when the oldest waits.")
            .Answers<JobSummaryResponse>().Fails(403, 404);
        group.MapGet("", List).RequireScope(Scopes.TenantWrite)
            .Describe("listJobs", "List jobs", "Those that wait, run or failed, newest first. Finished ones leave the list.")
            .Answers<Page<JobResponse>>().Fails(400, 403, 404);
        group.MapPost("/{id}/retry", Retry).RequireScope(Scopes.TenantWrite)
            .Describe("retryJob", "Try a failed job again").AnswersNothing(StatusCodes.Status202Accepted).Fails(403, 404, 409);
    }

    private static async Task<IResult> Summarize(Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var (counts, oldest) = await new JobQuery(db, visit.At.OrganizationId).CountAsync(ct);
        return Results.Ok(new JobSummaryResponse(
            counts.GetValueOrDefault(JobState.Waiting), counts.GetValueOrDefault(JobState.Running), counts.GetValueOrDefault(JobState.Failed), oldest));
    }

    private static async Task<IResult> List(string? state, string? cursor, int? limit, Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        JobState? wanted = SnakeCase.TryRead<JobState>(state, out var named) ? named : null;
        if (state is not null && wanted is null)
            return Problems.Invalid("state must be waiting, running or failed.").ToProblem();
        if (!Cursor.ReadName(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        if (!JobQuery.ReadCursor(after).TryGet(out var before, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await new JobQuery(db, visit.At.OrganizationId).ListAsync(wanted, before, size + 1, ct);
        return Results.Ok(Cursor.Page(rows, size, JobResponse.Of,
            static row => Cursor.Of(string.Create(CultureInfo.InvariantCulture, $"{row.CreatedAt.UtcTicks}|{row.Id}"))));
    }

    private static async Task<IResult> Retry(string id, Visit visit, RegistryFactory registry, AuditLog log, TimeProvider clock, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var jobs = new JobQuery(db, visit.At.OrganizationId);
        if (await jobs.FindAsync(id, ct) is not { } job)
            return Problems.NotFound.ToProblem();
        if (job.InState is not JobState.Failed)
            return new Error(ErrorCode.Conflict, "The job has not failed: it waits, runs or is done.").ToProblem();
        log.Add(db, visit.At.OrganizationId, "job.retried", "job", id, after: new { kind = job.Kind });
        if (Guid.TryParse(id, out var messageId))
            await jobs.ReviveMessageAsync(messageId, ct);
        else
            db.Publish(new JobRetryRequested(visit.At.OrganizationId, long.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture)), clock.GetUtcNow());
        if (await db.TrySaveAsync(ct) is { } failure)
            return failure.ToProblem();
        await transaction.CommitAsync(ct);
        return Results.Accepted();
    }
}

/// <summary>How many jobs there are.</summary>
/// <param name="Waiting">In line, or to be tried again later.</param>
/// <param name="Running">In hand.</param>
/// <param name="Failed">Given up after all tries.</param>
/// <param name="OldestWaitingAt">When the oldest of those in line was put there; null where none waits.</param>
internal sealed record JobSummaryResponse(long Waiting, long Running, long Failed, DateTimeOffset? OldestWaitingAt);

/// <summary>One job.</summary>
internal sealed record JobResponse
{
    /// <summary>A number, or a message's id.</summary>
    public required string Id { get; init; }

    /// <summary>What it does, as <c>generate_preset_variants</c>; <c>message asset_uploaded</c> for a fact that nobody could take.</summary>
    public required string Kind { get; init; }

    /// <summary><c>waiting</c>, <c>running</c>, <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Id of what it works on; null where it names none.</summary>
    public required string? Subject { get; init; }

    /// <summary>Why the last try failed.</summary>
    public required string? Reason { get; init; }

    /// <summary>When it was put in line.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its state changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    public static JobResponse Of(JobRow row) => new()
    {
        Id = row.Id,
        Kind = row.Kind,
        State = row.State,
        Subject = row.Subject,
        Reason = row.Reason,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
    };
}
