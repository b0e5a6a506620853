using System.Globalization;
using Microsoft.Extensions.Hosting;

namespace ImageService.AppHost.Running;

/// <summary>
/// Stops the application when the <c>dotnet run</c> that started it is killed, or the program that started it and says so in <c>IMAGESERVICE_OWNER=parent</c>:
/// nobody could stop it any more.
/// </summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime, ConsoleLog log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!OperatingSystem.IsLinux() || Parent() is not { } parent
            || !(IsDotnetRun(parent) || Environment.GetEnvironmentVariable("IMAGESERVICE_OWNER") == "parent"))
            return;
        while (Parent() == parent)
            await Task.Delay(Interval, stoppingToken);
        log.Say("The program that started this is gone.");
        lifetime.StopApplication();
    }

    // 4711 (name of the program) S 4700 ...: state and parent come after the last parenthesis.
    private static int? Parent()
    {
        var status = File.ReadAllText("/proc/self/stat");
        return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static bool IsDotnetRun(int process)
    {
        var file = $"/proc/{process}/cmdline";
        return File.Exists(file) && File.ReadAllText(file).Split('\0') is [var program, "run", ..] && Path.GetFileName(program) == "dotnet";
    }
}
