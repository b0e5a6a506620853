using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ImageService.Core.Engine.Isolation;

/// <summary>Which program is the decoder and in what surroundings it starts.</summary>
internal static class DecoderProgram
{
    // Programs whose Program.cs knows the verb.
    private static readonly string[] Hosts = ["ImageService.Api", "ImageService.Worker"];

    // Managed memory; pixels are native.
    private const long ManagedBytes = 96L << 20;

    /// <param name="options">Where the program is.</param>
    /// <param name="folder">Its working and temporary folder.</param>
    /// <param name="memoryBytes">The limit that it is to put on itself.</param>
    public static ProcessStartInfo StartInfo(EngineOptions options, string folder, long memoryBytes)
    {
        var program = options.DecoderPath ?? Own();
        var isAssembly = program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo
        {
            FileName = isAssembly ? DotnetHost() : program,
            WorkingDirectory = folder,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (isAssembly)
            start.ArgumentList.Add(program);
        start.ArgumentList.Add(DecodeProcess.Verb);
        start.ArgumentList.Add(memoryBytes.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(options.Niceness.ToString(CultureInfo.InvariantCulture));
        Surround(start, folder);
        return start;
    }

    // Connection strings and keys are environment variables of the service: none is handed on.
    private static void Surround(ProcessStartInfo start, string folder)
    {
        start.Environment.Clear();
        foreach (var name in (string[])["DOTNET_ROOT", "SystemRoot"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        }

        foreach (var name in (string[])["HOME", "TMPDIR", "TEMP", "TMP"])
            start.Environment[name] = folder;
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = ManagedBytes.ToString("x", CultureInfo.InvariantCulture);
    }

    // This program; for one that does not know the verb (a test runner) the host that lies beside it.
    private static string Own()
    {
        var entry =
            Assembly.GetEntryAssembly()
                ?? throw new InvalidOperationException("No entry assembly: set Engine:DecoderPath to the Api's or the Worker's program.");
        if (!Hosts.Contains(entry.GetName().Name, StringComparer.Ordinal))
            return Path.Combine(AppContext.BaseDirectory, $"{Hosts[0]}.dll");
        return IsDotnet(Environment.ProcessPath) ? entry.Location : Environment.ProcessPath!;
    }

    private static string DotnetHost()
    {
        if (IsDotnet(Environment.ProcessPath))
            return Environment.ProcessPath!;
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

        // …/shared/Microsoft.NETCore.App/10.0.x/
        var root = new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory()).Parent?.Parent?.Parent;
        var candidate = root is null ? name : Path.Combine(root.FullName, name);
        return File.Exists(candidate) ? candidate : name;
    }

    private static bool IsDotnet(string? path) => string.Equals(Path.GetFileNameWithoutExtension(path), "dotnet", StringComparison.OrdinalIgnoreCase);
}
