using System.Diagnostics;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Running;

/// <summary>
/// The folder of a run: one AppHost at a time, enough space, and a list of the processes it started, so that the next start ends what a killed AppHost left behind.
/// </summary>
/// <param name="folder">Absolute path.</param>
/// <param name="ephemeral">Whether it is removed at the end.</param>
internal sealed class RunData(string folder, bool ephemeral) : IDisposable
{
    private const long LeastFreeBytes = 300L << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, long> _processes = [];
    private FileStream? _ownership;

    public string Folder { get; } = folder;

    public bool Ephemeral { get; } = ephemeral;

    /// <summary>The folder of a named volume.</summary>
    public string Volume(string name) => Path.Combine(Folder, name);

    private string ProcessList => Path.Combine(Folder, "processes");

    /// <summary>Takes the folder for this AppHost.</summary>
    /// <exception cref="ResourceStartException">In use, not writable or no space; the message says what to do.</exception>
    public void Open(ConsoleLog log)
    {
        try
        {
            Directory.CreateDirectory(Folder);
            RequireSpace();
            _ownership = new FileStream(Path.Combine(Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Directory.CreateDirectory(Path.Combine(Folder, "run"));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ResourceStartException($"The data folder {Folder} is not writable. Choose another with --data DIR.", exception);
        }
        catch (IOException exception) when (_ownership is null)
        {
            throw new ResourceStartException(
                File.Exists(Path.Combine(Folder, "lock"))
                    ? $"The data folder {Folder} is in use by another AppHost. Stop that one, or start with --data DIR or --ephemeral."
                    : $"The data folder {Folder} cannot be used: {exception.Message} Choose another with --data DIR.",
                exception);
        }

        EndLeftovers(log);
    }

    /// <summary>Remembers a process until it ends.</summary>
    public void Remember(ChildProcess process)
    {
        Change(list => list[process.Id] = process.StartedAt.ToUniversalTime().Ticks);
        _ = process.Exited.ContinueWith(_ => Change(list => list.Remove(process.Id)), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public void Dispose()
    {
        if (_ownership is null)
            return;
        _ownership.Dispose();
        _ownership = null;
        if (Ephemeral)
            Remove();
    }

    private void Remove()
    {
        // A server's folder may live elsewhere, with a link in its place.
        foreach (var entry in new DirectoryInfo(Folder).EnumerateDirectories().Where(entry => entry.LinkTarget is not null))
        {
            if (Directory.Exists(entry.LinkTarget))
                Directory.Delete(entry.LinkTarget!, recursive: true);
            entry.Delete();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private void RequireSpace()
    {
        var free = new DriveInfo(Folder).AvailableFreeSpace;
        if (free < LeastFreeBytes)
            throw new ResourceStartException($"The disk of the data folder {Folder} has only {free >> 20} MB left; at least {LeastFreeBytes >> 20} MB are needed. Make room, or choose another place with --data DIR.");
    }

    private void Change(Action<Dictionary<int, long>> change)
    {
        lock (_lock)
        {
            change(_processes);
            if (_ownership is not null)
                File.WriteAllLines(ProcessList, _processes.Select(process => $"{process.Key} {process.Value}"));
        }
    }

    // The kernel ends children with their parent where setpriv is there; this is for everywhere else.
    private void EndLeftovers(ConsoleLog log)
    {
        if (!File.Exists(ProcessList))
            return;
        foreach (var line in File.ReadAllLines(ProcessList))
        {
            if (line.Split(' ') is not [var id, var started] || !int.TryParse(id, out var pid) || !long.TryParse(started, out var ticks))
                continue;
            try
            {
                using var process = Process.GetProcessById(pid);
                if (Math.Abs(process.StartTime.ToUniversalTime().Ticks - ticks) > TimeSpan.TicksPerSecond)
                    continue; // another process has the id now
                log.Say($"Ending {process.ProcessName} (process {pid}), left behind by an AppHost that was killed.");
                if (OperatingSystem.IsWindows() || !Posix.Signal(pid, Posix.Interrupt) || !process.WaitForExit(TimeSpan.FromSeconds(10)))
                    process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // It has ended.
            }
        }

        File.Delete(ProcessList);
    }
}
