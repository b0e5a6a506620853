using ImageService.Core.Engine.Isolation;
using ImageService.Core.Engine.Stripping;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Ingestion;

/// <summary>
/// Removes what a process that was killed left on its own disk: copies of files that were being judged or stripped, and the folders of isolated decoders.
/// Runs in every
/// host, at its start and every hour, for nobody else sees that disk. Left-overs in the object store are <see cref="StagingSweep"/>'s.
/// </summary>
internal sealed class ScratchSweep(StagingArea staging, TimeProvider time, ILogger<ScratchSweep> log) : BackgroundService
{
    /// <summary>Longer ago than any upload, import or decode takes.</summary>
    internal static readonly TimeSpan MinAge = TimeSpan.FromDays(1);

    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    /// <summary>Sweeps once.</summary>
    /// <returns>How many files and folders went.</returns>
    public int Sweep()
    {
        var before = (time.GetUtcNow() - MinAge).UtcDateTime;
        var files = Stale(new DirectoryInfo(staging.TemporaryFolder).EnumerateFiles($"{StagingArea.TemporaryPrefix}*"), before);
        var folders = Stale(new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories($"{DecoderChild.FolderPrefix}*"), before);
        files.AddRange(Stale(new DirectoryInfo(Path.GetTempPath()).EnumerateFiles($"{StrippedFile.TemporaryPrefix}*"), before));
        foreach (var file in files)
            file.Delete();
        foreach (var folder in folders)
            folder.Delete(recursive: true);
        return files.Count + folders.Count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                if (Sweep() is > 0 and var removed)
                    Log.ScratchSwept(log, removed);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another process on this machine was faster, or the file is not ours.
                Log.ScratchNotSwept(log, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static List<T> Stale<T>(IEnumerable<T> entries, DateTime before)
        where T : FileSystemInfo => [.. entries.Where(entry => entry.LastWriteTimeUtc < before)];
}
