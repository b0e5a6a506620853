using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Garnet;

namespace Aspire.Hosting.Servers;

/// <summary>The hidden verb of the AppHost that turns its process into a Redis-compatible server: <c>ImageService.AppHost garnet OPTIONS-FILE</c>.</summary>
internal static class GarnetProgram
{
    public const string Verb = "garnet";

    /// <summary>Serves until the process is asked to end.</summary>
    public static void Run(string optionsFile)
    {
        var options = JsonSerializer.Deserialize<GarnetOptions>(File.ReadAllText(optionsFile))!;
        // Native Lua memory keeps scripts out of the garbage collector's way; small index and log: this is a cache of megabytes.
        using var server = new GarnetServer(
        [
            "--bind", "127.0.0.1", "--port", options.Port.ToString(CultureInfo.InvariantCulture),
            "--auth", "Password", "--password", options.Password,
            "--lua", "true", "--lua-transaction-mode", "true", "--lua-memory-management-mode", "Native",
            "--memory", "256m", "--page", "4m", "--index", "8m", "--checkpointdir", options.CheckpointFolder,
        ]);
        using var ended = new ManualResetEventSlim();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ended);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ended);
        server.Start();
        ended.Wait();

        void Ended(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.Set();
        }
    }
}

/// <summary>What the Garnet child is told; in a file only its owner can read, because command lines are public.</summary>
internal sealed record GarnetOptions(int Port, string Password, string CheckpointFolder);
