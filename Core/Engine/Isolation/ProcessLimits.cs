using System.Runtime.InteropServices;

namespace ImageService.Core.Engine.Isolation;

/// <summary>Limits that the decoder puts on itself before it reads a stranger's first byte. On Linux; elsewhere the parent's watch has to do.</summary>
internal static partial class ProcessLimits
{
    // From <asm-generic/resource.h> and <linux/prctl.h>; the same on x86-64 and ARM64.
    private const int Data = 2;
    private const int Core = 4;
    private const int Files = 7;
    private const int NoNewPrivileges = 38;
    private const int Dumpable = 4;

    /// <summary>Private writable memory is what a decoder takes; address space would count what .NET only reserves.</summary>
    /// <param name="memoryBytes">Most bytes of it.</param>
    public static void Apply(long memoryBytes)
    {
        if (!OperatingSystem.IsLinux())
            return;

        // A kernel that refuses one of them still has the others, and the parent watches all the same.
        Set(Data, (nuint)memoryBytes);
        Set(Core, 0);
        Set(Files, 128);
        _ = PrCtl(NoNewPrivileges, 1, 0, 0, 0);
        _ = PrCtl(Dumpable, 0, 0, 0, 0);
    }

    private static void Set(int resource, nuint value)
    {
        var limit = new Limit { Soft = value, Hard = value };
        _ = SetRLimit(resource, ref limit);
    }

    [DllImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetRLimit(int resource, ref Limit limit);

    [DllImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
