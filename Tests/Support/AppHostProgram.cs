using System.Diagnostics;

namespace ImageService.Tests.Support;

/// <summary>The AppHost that the same build made, started as a program.</summary>
internal static class AppHostProgram
{
    /// <summary>Path of its assembly, in its own output folder, where what it needs to run lies beside it: bin/{configuration}/net10.0.</summary>
    public static string Assembly { get; } = Repository.PathOf(
        "AppHost", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, new DirectoryInfo(AppContext.BaseDirectory).Name,
        "ImageService.AppHost.dll");

    /// <summary>Starts it; it ends with this process, also when that is killed.</summary>
    /// <param name="arguments">Its command line.</param>
    /// <param name="settings">Environment variables for it and all it starts; null: none but its own.</param>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? settings = null)
    {
        var start = new ProcessStartInfo("dotnet", [Assembly, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["IMAGESERVICE_OWNER"] = "parent",
                ["ASPIRE_INTERACTIVITY_ENABLED"] = "false",
                // A stack that lives for minutes: neither measuring its code nor its uploads pays.
                ["DOTNET_TieredPGO"] = "0",
                ["Worker__MeasureEncodings"] = "false",
                // Nobody looks at the dashboard.
                ["OTEL_TRACES_SAMPLER"] = "always_off",
            },
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync(ct);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, output + await errors);
    }
}
