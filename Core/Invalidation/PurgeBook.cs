using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Invalidation;

/// <summary>
/// Writes down what became of purges, so that an organization sees whether the caches in front have forgotten. A purge tried again is the same line.
/// </summary>
public sealed class PurgeBook(RegistryFactory registry, TimeProvider time)
{
    private const int LongestProblem = 1000;
    private const int MostTags = 50;

    /// <param name="message">What was to be forgotten.</param>
    /// <param name="id">Id of the message, the same at every try.</param>
    /// <param name="results">Each cache's name, with why it failed.</param>
    /// <param name="ct">Cancels.</param>
    public async Task NoteAsync(EdgesStale message, Guid id, IReadOnlyList<PurgeResult> results, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        string[] names = [.. results.Select(result => result.Name)];
        string?[] problems = [.. results.Select(result => result.Problem is { Length: > LongestProblem } text ? text[..LongestProblem] : result.Problem)];
        string[] tags = [.. message.Tags.Take(MostTags)];
        await using var db = registry.ForOrganization(message.OrganizationId);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO edge_purges AS p (id, provider, organization_id, state, attempts, tags, problem, created_at, updated_at)
            SELECT {id}, x.name, o.id, CASE WHEN x.problem IS NULL THEN 'done' ELSE 'failed' END, 1, {tags}, x.problem, {now}, {now}
            FROM unnest({names}, {problems}) AS x(name, problem)
            JOIN organizations o ON o.id = {message.OrganizationId}
            ON CONFLICT (id, provider) DO UPDATE SET state = EXCLUDED.state, problem = EXCLUDED.problem, attempts = p.attempts + 1, updated_at = EXCLUDED.updated_at
            """,
            ct);
    }
}
