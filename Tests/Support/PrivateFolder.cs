using System.Diagnostics;

namespace ImageService.Tests.Support;

/// <summary>A temporary folder that carries the test process's id in its name, so that what a killed run left behind is swept by the next.</summary>
internal sealed class PrivateFolder : IDisposable
{
    private const string Prefix = "imageservice-tests-";
    private int _next;

    public PrivateFolder(string purpose)
    {
        Sweep();
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{purpose}-{Guid.CreateVersion7():N}");
    }

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

    private static void Sweep()
    {
        foreach (var folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
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
