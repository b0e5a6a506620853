using System.Text.Json;

using ImageService.Core.Errors;
using ImageService.Core.Registry;

using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Ingestion;

/// <summary>What a running import has done so far, written to its row now and then; the writing is also its sign of life.</summary>
internal sealed class ImportProgress(RegistryFactory registry, ImportJob job, TimeProvider time)
{
    private const int MaxFailures = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly List<ImportFailure> _failures = [];
    private int _imported;
    private int _deduplicated;
    private int _failed;
    private long _written = time.GetTimestamp();

    public async Task BeginAsync(int total, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = registry.ForOrganization(job.OrganizationId);
        await db.ImportJobs.Where(row => row.Id == job.Id)
            .ExecuteUpdateAsync(row => row.SetProperty(one => one.Total, total).SetProperty(one => one.UpdatedAt, now), ct);
    }

    public async Task NoteAsync(string name, Result<IngestedAsset> outcome, CancellationToken ct)
    {
        if (outcome.TryGet(out var ingested, out var error))
            (_imported, _deduplicated) = ingested.Deduplicated ? (_imported, _deduplicated + 1) : (_imported + 1, _deduplicated);
        else
            Fail(name, error);
        if (time.GetElapsedTime(_written) >= Interval)
            await WriteAsync(ImportState.Running, ct);
    }

    public async Task EndAsync(ImportState state, Error? failure, CancellationToken ct)
    {
        if (failure is not null)
            _failures.Insert(0, new ImportFailure("", Code(failure), failure.Detail));
        await WriteAsync(state, ct);
    }

    private static string Code(Error error) => SnakeCase.Write(error.Code);

    private void Fail(string name, Error error)
    {
        _failed++;
        if (_failures.Count < MaxFailures)
            _failures.Add(new ImportFailure(AssetNames.Shown(name), Code(error), error.Detail));
    }

    private async Task WriteAsync(ImportState state, CancellationToken ct)
    {
        _written = time.GetTimestamp();
        var (now, failures) = (time.GetUtcNow(), JsonSerializer.Serialize(_failures, Json));
        var (imported, deduplicated, failed) = (_imported, _deduplicated, _failed);
        await using var db = registry.ForOrganization(job.OrganizationId);
        await db.ImportJobs.Where(row => row.Id == job.Id).ExecuteUpdateAsync(
            row => row.SetProperty(one => one.State, state).SetProperty(one => one.Imported, imported).SetProperty(one => one.Deduplicated, deduplicated)
                .SetProperty(one => one.Failed, failed).SetProperty(one => one.Failures, failures).SetProperty(one => one.UpdatedAt, now),
            ct);
    }
}

/// <summary>One file of an import that was refused.</summary>
/// <param name="Name">As the source calls it; empty for the import as a whole.</param>
/// <param name="Code">An error code as on the wire.</param>
/// <param name="Detail">Why.</param>
public sealed record ImportFailure(string Name, string Code, string Detail);
