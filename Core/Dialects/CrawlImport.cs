using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Dialects;

/// <summary>
/// Gives assets the names that a log or crawl of old URLs shows: the picture that was uploaded as <c>{folder}/{file name}</c> is the one whose old name
/// ends in just that. What fits none, or
/// several, is told and left.
/// </summary>
public sealed class CrawlImport(RegistryFactory registry, AliasImporter importer, OldUrlReader reader)
{
    private const int Batch = 500;
    private const int MostNames = 100_000;

    /// <summary>Reads the log and writes the aliases.</summary>
    public async Task<CrawlSummary> ReadAsync(HostFacts host, IAsyncEnumerable<string> lines, CancellationToken ct)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var line in lines.WithCancellation(ct))
        {
            if (LogReport.TargetOf(line, host.Hostname) is { } target && reader.Judge(host, target).TryGet(out var judged, out _)
                && judged.Url.Source.Length <= AssetAlias.MaxPathLength && !judged.Url.Source.Contains('\0', StringComparison.Ordinal)
                && names.Count < MostNames)
                names.Add(judged.Url.Source);
        }

        List<NewAlias> found = [];
        List<string> missing = [];
        await using var db = registry.ForOrganization(host.OrganizationId);
        var tenantId = await db.Spaces.Where(space => space.Id == host.SpaceId).Select(space => space.TenantId).SingleAsync(ct);
        foreach (var batch in names.Chunk(Batch))
        {
            var files = batch.SelectMany(FilesOf).Distinct(StringComparer.Ordinal).ToArray();
            var rows = await db.Assets.AsNoTracking().Where(asset => asset.SpaceId == host.SpaceId && asset.DeletedAt == null && files.Contains(asset.Filename))
                .Select(asset => new { asset.Id, asset.Folder, asset.Filename }).ToListAsync(ct);
            foreach (var name in batch)
            {
                var fitting = rows.Where(row => FilesOf(name).Any(file => Fits(name, row.Folder, row.Filename, file))).ToList();
                var closest = fitting.Where(row => row.Folder.Length == fitting.Max(static other => other.Folder.Length)).ToList();
                if (closest.Count == 1)
                    found.Add(new NewAlias(found.Count + 1, host.Hostname, name, new AssetId(closest[0].Id)));
                else
                    missing.Add(name);
            }
        }

        if (found.Count > 0)
            await importer.WriteAsync(host.OrganizationId, tenantId, host.SpaceId, found, ct);
        return new CrawlSummary(names.Count, found.Count, missing);
    }

    /// <summary>File names that may be meant: as it stands, and for public ids without extension with the usual ones.</summary>
    private static IEnumerable<string> FilesOf(string name)
    {
        var file = name[(name.LastIndexOf('/') + 1)..].Split('?')[0];
        return Path.HasExtension(file)
            ? [file] : [file, $"{file}.jpg", $"{file}.jpeg", $"{file}.png", $"{file}.webp", $"{file}.gif", $"{file}.avif", $"{file}.jxl"];
    }

    private static bool Fits(string name, string folder, string filename, string file)
    {
        if (filename != file)
            return false;
        var directory = "/" + (name.LastIndexOf('/') is >= 0 and var slash ? name[..slash] : "");
        return folder is "/" || directory.EndsWith(folder.TrimEnd('/'), StringComparison.Ordinal);
    }
}

/// <summary>What a crawl brought.</summary>
/// <param name="Names">Different old names in it.</param>
/// <param name="Written">Names that lead to an asset now.</param>
/// <param name="Missing">Those that fit no asset, or several.</param>
public sealed record CrawlSummary(int Names, int Written, IReadOnlyList<string> Missing);
