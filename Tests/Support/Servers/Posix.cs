using System.Runtime.InteropServices;

namespace ImageService.Tests.Support.Servers;

/// <summary>The few system calls .NET has no name for. Every caller checks the operating system first.</summary>
internal static partial class Posix
{
    internal const int Interrupt = 2;
    internal const int Quit = 3;
    internal const int Terminate = 15;
    internal const int ForceKill = 9;

    /// <summary>Sends a signal; false when no such process exists or it may not be signalled.</summary>
    internal static bool Signal(int pid, int signal) => pid > 1 && Kill(pid, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
