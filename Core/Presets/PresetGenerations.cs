using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Presets;

/// <summary>
/// Plans the making of a preset's variants for assets already there, and keeps its progress. The row is where a killed worker's work is taken up again: an
/// asset is
/// counted when its variants are there, and only by the run that has come that far.
/// </summary>
public sealed class PresetGenerations(RegistryFactory registry, TimeProvider time)
{
    /// <summary>
    /// Plans the preset's current revision and stops what was planned for it before. A preset that makes nothing by itself, or is gone, only has its old
    /// plans stopped.
    /// The same <paramref name="id"/> again changes nothing, so that an old message that comes once more does not stop what a newer one planned.
    /// </summary>
    /// <returns>Whether there is a plan of this id to work on.</returns>
    public async Task<bool> PlanAsync(Guid organizationId, Guid presetId, Guid id, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = registry.ForOrganization(organizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.PresetGenerations.AnyAsync(row => row.Id == id, ct))
            return await Open(db, presetId).AnyAsync(row => row.Id == id, ct);
        await Open(db, presetId).Where(row => row.Id != id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, PresetGenerationState.Stopped).SetProperty(row => row.UpdatedAt, now), ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO preset_generations (id, organization_id, preset_id, revision, state, total, done, made, refused, last_asset_id, created_at, updated_at)
            SELECT {id}, p.organization_id, p.id, p.current_revision, 'queued', count(a.id), 0, 0, 0, {Guid.Empty}, {now}, {now}
            FROM presets p
            LEFT JOIN assets a ON a.organization_id = p.organization_id AND a.deleted_at IS NULL
                AND (p.tenant_id IS NULL OR a.tenant_id = p.tenant_id) AND (p.space_id IS NULL OR a.space_id = p.space_id)
                AND preset_matches(p.match_tags, p.match_folders, a.tags, a.folder)
            WHERE p.id = {presetId} AND p.auto_generate
            GROUP BY p.organization_id, p.id, p.current_revision
            ON CONFLICT (id) DO NOTHING
            """, ct);
        await transaction.CommitAsync(ct);
        return await Open(db, presetId).AnyAsync(row => row.Id == id, ct);
    }

    /// <summary>The next assets, by id.</summary>
    /// <returns>Null where nothing is left to do: finished, stopped, or the preset is gone.</returns>
    public async Task<PresetGenerationPage?> NextAsync(Guid organizationId, Guid id, int limit, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        if (await Open(db.PresetGenerations.AsNoTracking()).SingleOrDefaultAsync(row => row.Id == id, ct) is not { } plan)
            return null;
        var assets = await db.Database.SqlQuery<Guid>(
            $"""
            SELECT a.id AS "Value" FROM presets p
            JOIN assets a ON a.organization_id = p.organization_id AND a.deleted_at IS NULL
                AND (p.tenant_id IS NULL OR a.tenant_id = p.tenant_id) AND (p.space_id IS NULL OR a.space_id = p.space_id)
                AND preset_matches(p.match_tags, p.match_folders, a.tags, a.folder)
            WHERE p.id = {plan.PresetId} AND p.auto_generate AND a.id > {plan.LastAssetId}
            ORDER BY a.id LIMIT {limit}
            """).ToListAsync(ct);
        return new PresetGenerationPage(plan.PresetId, assets);
    }

    /// <summary>An asset was seen to, or given up on.</summary>
    /// <returns>False where the plan was stopped, or another run has come as far.</returns>
    public async Task<bool> AdvanceAsync(Guid organizationId, Guid id, Guid assetId, int made, int refused, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        return await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE preset_generations
            SET state = 'running', done = done + 1, total = greatest(total, done + 1), made = made + {made}, refused = refused + {refused},
                last_asset_id = {assetId}, updated_at = {time.GetUtcNow()}
            WHERE id = {id} AND state IN ('queued', 'running') AND last_asset_id < {assetId}
            """, ct) == 1;
    }

    /// <summary>Nothing is left.</summary>
    public async Task FinishAsync(Guid organizationId, Guid id, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        await db.Database.ExecuteSqlAsync(
            $"UPDATE preset_generations SET state = 'done', total = done, updated_at = {time.GetUtcNow()} WHERE id = {id} AND state IN ('queued', 'running')",
            ct);
    }

    /// <summary>The preset's newest plan.</summary>
    public async Task<PresetGeneration?> FindAsync(Guid organizationId, Guid presetId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        return await db.PresetGenerations.AsNoTracking().Where(row => row.PresetId == presetId).OrderByDescending(row => row.CreatedAt).FirstOrDefaultAsync(ct);
    }

    /// <summary>Ends it where it is: the asset in hand is finished, no other is begun.</summary>
    /// <returns>Whether one was under way.</returns>
    public async Task<bool> StopAsync(Guid organizationId, Guid presetId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = registry.ForOrganization(organizationId);
        return await Open(db, presetId)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, PresetGenerationState.Stopped).SetProperty(row => row.UpdatedAt, now), ct) > 0;
    }

    private static IQueryable<PresetGeneration> Open(RegistryDb db, Guid presetId) =>
        Open(db.PresetGenerations.Where(row => row.PresetId == presetId));

    private static IQueryable<PresetGeneration> Open(IQueryable<PresetGeneration> plans) =>
        plans.Where(row => row.State == PresetGenerationState.Queued || row.State == PresetGenerationState.Running);
}

/// <summary>Assets to see to next.</summary>
/// <param name="PresetId">Whose variants.</param>
/// <param name="AssetIds">Ascending; fewer than asked for when they are the last.</param>
public sealed record PresetGenerationPage(Guid PresetId, IReadOnlyList<Guid> AssetIds);
