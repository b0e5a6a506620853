using System.Globalization;

namespace ImageService.AppHost.Running;

/// <summary>The folder of a run: one AppHost at a time, enough space, and gone at the end where it is ephemeral.</summary>
/// <param name="folder">Absolute path.</param>
/// <param name="ephemeral">Whether it is removed at the end.</param>
internal sealed class RunFolder(string folder, bool ephemeral) : IDisposable
{
    /// <summary>Folders of ephemeral runs, in the temporary folder: this and the AppHost's process id.</summary>
    public const string EphemeralPrefix = "imageservice-ephemeral-";

    private const long LeastFreeBytes = 300L << 20;

    private FileStream? _ownership;

    public string Path { get; } = folder;

    public bool Ephemeral { get; } = ephemeral;

    /// <summary>Whether the AppHost that used the folder before was killed: what it started may live for some seconds yet.</summary>
    public bool AfterKill { get; private set; }

    /// <summary>Takes the folder for this AppHost.</summary>
    /// <exception cref="ResourceStartException">In use, not writable or no space; the message says what to do.</exception>
    public void Open()
    {
        var ownership = System.IO.Path.Combine(Path, "lock");
        try
        {
            Directory.CreateDirectory(Path);
            RequireSpace();
            _ownership = new FileStream(ownership, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            AfterKill = _ownership.Length > 0;
            _ownership.SetLength(0);
            _ownership.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            _ownership.Flush(flushToDisk: true);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ResourceStartException($"The data folder {Path} is not writable. Choose another with --data DIR.", exception);
        }
        catch (IOException exception)
        {
            throw new ResourceStartException(
                _ownership is null && File.Exists(ownership)
                    ? $"The data folder {Path} is in use by another AppHost. Stop that one, or start with --data DIR or --ephemeral."
                    : $"The data folder {Path} cannot be used: {exception.Message} Choose another with --data DIR.",
                exception);
        }

        if (Ephemeral)
            RemoveLeftovers();
    }

    public void Dispose()
    {
        if (_ownership is null)
            return;
        _ownership.SetLength(0);
        _ownership.Dispose();
        _ownership = null;
        if (Ephemeral)
            Remove(Path);
    }

    // A server's folder may live elsewhere, with a link in its place (WorkFolders); nothing but such folders is followed.
    private static void Remove(string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateDirectories())
        {
            if (entry.LinkTarget is not { } target)
                continue;
            entry.Delete();
            if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(target)) == Servers.WorkFolders.Elsewhere && Directory.Exists(target))
                Directory.Delete(target, recursive: true);
        }

        Directory.Delete(folder, recursive: true);
    }

    // Of ephemeral AppHosts that were killed and could not clean up.
    private static void RemoveLeftovers()
    {
        foreach (var left in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), EphemeralPrefix + "*"))
        {
            try
            {
                if (int.TryParse(System.IO.Path.GetFileName(left)[EphemeralPrefix.Length..], out var process) && process != Environment.ProcessId
                    && !IsRunning(process))
                    Remove(left);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another AppHost removes it at the same time.
            }
        }
    }

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private void RequireSpace()
    {
        var free = new DriveInfo(Path).AvailableFreeSpace;
        if (free < LeastFreeBytes)
            throw new ResourceStartException(
                $"The disk of the data folder {Path} has only {free >> 20} MB left; at least {LeastFreeBytes >> 20} MB are needed. Make room, or choose another place with --data DIR.");
    }
}
