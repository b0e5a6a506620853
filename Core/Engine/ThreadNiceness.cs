using System.Runtime.InteropServices;

namespace ImageService.Core.Engine;

/// <summary>
/// Lets a thread give way to others: under load, whoever answers requests gets a core at once. .NET's thread priorities do nothing on Linux, where niceness
/// belongs to the thread and is inherited by the threads it starts.
/// </summary>
internal static class ThreadNiceness
{
    // PRIO_PROCESS of <sys/resource.h>; with 0 it means the calling thread.
    private const int Process = 0;

    /// <summary>Sets the calling thread's niceness; does nothing where the system is another one, or forbids it.</summary>
    /// <param name="niceness">0 to 19.</param>
    public static void Set(int niceness)
    {
        if (OperatingSystem.IsLinux() && niceness > 0)
            _ = SetPriority(Process, 0, niceness);
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetPriority(int which, int who, int value);
}
