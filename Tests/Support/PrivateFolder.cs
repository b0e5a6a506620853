using System.Diagnostics;

namespace ImageService.Tests.Support;

/// <summary>A temporary folder that carries the test process's id in its name, so that what a killed run left behind is swept by the next.</summary>
internal sealed class PrivateFolder : IDisposable
{
    private const string Prefix = "imageservice-tests-";
    private const string Memory = "/dev/shm";
    private int _next;

    public PrivateFolder(string purpose)
        : this(purpose, System.IO.Path.GetTempPath())
    {
    }

    private PrivateFolder(string purpose, string root)
    {
        Sweep(root);
        Path = System.IO.Path.Combine(root, $"{Prefix}{Environment.ProcessId}-{purpose}-{Guid.CreateVersion7():N}");
    }

    /// <summary>One in memory where that has <paramref name="bytes"/> to spare, else one on disk: for thousands of files that nobody keeps.</summary>
    public static PrivateFolder InMemory(string purpose, long bytes) =>
        Directory.Exists(Memory) && new DriveInfo(Memory) is { DriveFormat: "tmpfs" } drive && drive.AvailableFreeSpace >= bytes
            ? new(purpose, Memory)
            : new(purpose);

    public string Path { get; }

    /// <summary>The path of a folder below, never handed out before; the caller makes it.</summary>
    public string Next()
    {
        Directory.CreateDirectory(Path);
        return System.IO.Path.Combine(Path, Interlocked.Increment(ref _next).ToString());
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private static void Sweep(string root)
    {
        foreach (var folder in Directory.EnumerateDirectories(root, Prefix + "*"))
        {
            var owner = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, out var pid) && !IsRunning(pid))
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // Another run sweeps it at the same time, or it belongs to another user.
                }
            }
        }
    }

    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
