using System.Runtime.InteropServices;
using Garnet;

namespace ImageService.AppHost.Servers;

/// <summary>
/// The hidden verb of the AppHost that turns its process into a Redis-compatible server: <c>ImageService.AppHost garnet</c>, told the rest by its
/// environment, because command lines are public.
/// </summary>
internal static class GarnetProgram
{
    public const string Verb = "garnet";

    /// <summary>Environment variable: the TCP port on 127.0.0.1.</summary>
    public const string Port = "GARNET_PORT";

    /// <summary>Environment variable: letters and digits.</summary>
    public const string Password = "GARNET_PASSWORD";

    /// <summary>Environment variable: a folder of its own.</summary>
    public const string CheckpointFolder = "GARNET_CHECKPOINTS";

    /// <summary>Serves until the process is asked to end; returns its exit code.</summary>
    public static int Run()
    {
        // Native Lua memory keeps scripts out of the garbage collector's way; small index and log: this is a cache of megabytes.
        using var server = new GarnetServer(
        [
            "--bind", "127.0.0.1", "--port", Required(Port), "--auth", "Password", "--password", Required(Password),
            "--lua", "true", "--lua-transaction-mode", "true", "--lua-memory-management-mode", "Native",
            "--memory", "256m", "--page", "4m", "--index", "8m", "--checkpointdir", Required(CheckpointFolder),
        ]);
        using var ended = new ManualResetEventSlim();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ended);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ended);
        server.Start();
        ended.Wait();
        return 0;

        void Ended(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.Set();
        }
    }

    private static string Required(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value : throw new InvalidOperationException($"{variable} is missing: this verb is for the AppHost alone.");
}
