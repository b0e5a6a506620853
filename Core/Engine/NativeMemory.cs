using System.Runtime.InteropServices;

namespace ImageService.Core.Engine;

/// <summary>
/// Makes the C library give pixels back to the system when they are freed. Left alone, glibc keeps an arena per thread and raises by itself the size from
/// which it asks the system, so that a process that made one large picture stays as large.
/// </summary>
internal static class NativeMemory
{
    // From glibc's <malloc.h>.
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int ArenaMax = -8;

    private const int Arenas = 2;
    private const int ThresholdBytes = 128 << 10;

    /// <summary>Does nothing where the C library is another one.</summary>
    public static void GiveBack()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = MallOpt(ArenaMax, Arenas);
            _ = MallOpt(MmapThreshold, ThresholdBytes);
            _ = MallOpt(TrimThreshold, ThresholdBytes);
        }
        catch (EntryPointNotFoundException)
        {
            // musl gives back by itself.
            return;
        }
    }

    /// <summary>Gives back the pages that lie free between those in use: what many small frames leave. Takes milliseconds.</summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = MallocTrim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has nothing to trim.
            return;
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int MallocTrim(nint keep);

    [DllImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int MallOpt(int parameter, int value);
}
