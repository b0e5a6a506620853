using System.Globalization;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Jobs;

/// <summary>
/// Reads an organization's jobs where they are kept: the worker's job tables, whose first argument names the organization, and messages that were set
/// aside. Neither is under row-level
/// security, so every statement here compares the organization.
/// </summary>
internal sealed class JobQuery(RegistryDb db, Guid organizationId)
{
    /// <summary>Longest reason told; the rest of a trace is for the operator.</summary>
    private const int LongestReason = 300;

    private readonly string _argument = $"\"{organizationId}\"";

    /// <summary>How many are in each state, and since when the oldest waits.</summary>
    public async Task<(Dictionary<JobState, long> Counts, DateTimeOffset? Oldest)> CountAsync(CancellationToken ct)
    {
        if (!await HasJobsAsync(ct))
            return ([], null);
        var rows = await db.Database.SqlQuery<JobCount>(
            $"""
            SELECT j.state, count(*) AS number, min(j.created_at) AS oldest FROM (
                SELECT CASE statename WHEN 'Processing' THEN 'running' WHEN 'Failed' THEN 'failed' ELSE 'waiting' END AS state, createdat AS created_at
                FROM hangfire.job WHERE statename IN ('Enqueued', 'Scheduled', 'Awaiting', 'Processing', 'Failed') AND arguments ->> 0 = {_argument}
                UNION ALL
                SELECT 'failed', dead_at FROM queue.messages WHERE organization_id = {organizationId} AND dead_at IS NOT NULL
            ) j GROUP BY j.state
            """).ToListAsync(ct);
        return (rows.ToDictionary(row => row.InState, row => row.Number), rows.Find(row => row.InState is JobState.Waiting)?.Oldest);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<JobRow>> ListAsync(JobState? state, (DateTimeOffset At, string Id)? before, int take, CancellationToken ct) =>
        await HasJobsAsync(ct) ? await FromAsync(null, state, before, take, ct) : [];

    /// <summary>One that waits, runs or failed.</summary>
    public async Task<JobRow?> FindAsync(string id, CancellationToken ct) =>
        await HasJobsAsync(ct) ? (await FromAsync(id, null, null, 1, ct)).SingleOrDefault() : null;

    /// <summary>Gives a message that was set aside back to the queue.</summary>
    public Task<int> ReviveMessageAsync(Guid id, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        WITH revived AS (
            UPDATE queue.messages SET dead_at = NULL, reason = NULL, attempts = 0, visible_at = clock_timestamp()
            WHERE id = {id} AND organization_id = {organizationId} AND dead_at IS NOT NULL RETURNING id)
        SELECT pg_notify('queue_messages', '') FROM revived
        """,
        ct);

    /// <summary>Reads a cursor's text: ticks and id.</summary>
    public static Result<(DateTimeOffset At, string Id)?> ReadCursor(string? text)
    {
        if (text is null)
            return ((DateTimeOffset, string)?)null;
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        return bar > 0 && long.TryParse(text[..bar], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? ((DateTimeOffset, string)?)(new DateTimeOffset(ticks, TimeSpan.Zero), text[(bar + 1)..])
            : Problems.Invalid("The cursor is not one this service gave out. Leave it out to begin at the first page.");
    }

    /// <summary>The worker makes its tables at its first start.</summary>
    private Task<bool> HasJobsAsync(CancellationToken ct) =>
        db.Database.SqlQuery<bool>($"SELECT to_regclass('hangfire.job') IS NOT NULL AND to_regclass('hangfire.state') IS NOT NULL AS \"Value\"")
            .SingleAsync(ct);

    private Task<List<JobRow>> FromAsync(string? id, JobState? wanted, (DateTimeOffset At, string Id)? before, int take, CancellationToken ct)
    {
        var (at, last) = (before?.At, before?.Id ?? "");
        var state = wanted is { } named ? SnakeCase.Write(named) : null;
        return db.Database.SqlQuery<JobRow>(
            $"""
            SELECT * FROM (
                SELECT j.id::text COLLATE "C" AS id,
                       lower(regexp_replace(substring(j.invocationdata ->> 'Type' FROM '([A-Za-z]+)(,|$)'), '([a-z])([A-Z])', '\1_\2', 'g')) AS kind,
                       CASE j.statename WHEN 'Processing' THEN 'running' WHEN 'Failed' THEN 'failed' ELSE 'waiting' END AS state,
                       trim(both '"' FROM j.arguments ->> 1) AS subject,
                       left(CASE WHEN j.statename = 'Failed' THEN s.data ->> 'ExceptionMessage' ELSE failed.message END, {LongestReason}) AS reason,
                       j.createdat AS created_at, coalesce(s.createdat, j.createdat) AS updated_at
                FROM hangfire.job j
                LEFT JOIN hangfire.state s ON s.id = j.stateid
                LEFT JOIN LATERAL (
                    SELECT f.data ->> 'ExceptionMessage' AS message FROM hangfire.state f
                    WHERE f.jobid = j.id AND f.name = 'Failed' ORDER BY f.id DESC LIMIT 1) failed ON j.statename = 'Scheduled'
                WHERE j.statename IN ('Enqueued', 'Scheduled', 'Awaiting', 'Processing', 'Failed') AND j.arguments ->> 0 = {_argument}
                UNION ALL
                SELECT m.id::text COLLATE "C", 'message ' || m.type, 'failed', m.body ->> 'assetId', left(m.reason, {LongestReason}), m.enqueued_at, m.dead_at
                FROM queue.messages m WHERE m.organization_id = {organizationId} AND m.dead_at IS NOT NULL
            ) jobs
            WHERE ({id}::text IS NULL OR id = {id}) AND ({state}::text IS NULL OR state = {state})
              AND ({at}::timestamptz IS NULL OR (created_at, id) < ({at}::timestamptz, {last} COLLATE "C"))
            ORDER BY created_at DESC, id DESC
            LIMIT {take}
            """).ToListAsync(ct);
    }

    private sealed record JobCount(string State, long Number, DateTimeOffset? Oldest)
    {
        public JobState InState => SnakeCase.Read<JobState>(State);
    }
}

/// <summary>How far a job is, of those that have not ended well.</summary>
internal enum JobState
{
    /// <summary>In line, or planned for later.</summary>
    Waiting,
    Running,
    Failed,
}

/// <summary>A job as it is kept.</summary>
internal sealed record JobRow
{
    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required string State { get; init; }

    public JobState InState => SnakeCase.Read<JobState>(State);

    public required string? Subject { get; init; }

    public required string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
