using NetVips;

namespace ImageService.Core.Engine;

/// <summary>libvips' settings for the whole process, made once before its first use.</summary>
internal static class VipsRuntime
{
    // Types are decided by ImageSniffer; each of these reads its own format only. The HEIF loader is given AVIF only.
    private static readonly string[] AllowedLoaders =
    [
        "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadHeif", "VipsForeignLoadNsgif", "VipsForeignLoadTiff",
    ];

    private static readonly Lazy<bool> Started = new(Configure);

    // Native code keeps the pointer for ever.
    private static readonly NetVips.Log.LogDelegate Silent = static (_, _, _) => { };

    /// <summary>Idempotent and thread-safe.</summary>
    public static void EnsureStarted() => _ = Started.Value;

    /// <summary>Lets this process render SVG. Only ever called in the isolated decoder.</summary>
    public static void AllowSvg()
    {
        EnsureStarted();
        Operation.Block("VipsForeignLoadSvg", false);
    }

    private static bool Configure()
    {
        NativeMemory.GiveBack();

        // One thread per transform and as many transforms as cores: the same throughput as threads within transforms, less memory.
        NetVips.NetVips.Concurrency = 1;

        // Every request has other pixels; a cache of operations would only hold memory.
        Cache.Max = 0;
        Cache.MaxMem = 0;
        Cache.MaxFiles = 0;

        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in AllowedLoaders)
            Operation.Block(loader, false);

        // Warnings about strange files are no news; what matters comes as an error.
        NetVips.Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Info | Enums.LogLevelFlags.Debug | Enums.LogLevelFlags.Message,
            Silent);
        return true;
    }
}
