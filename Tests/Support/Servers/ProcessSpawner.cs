using System.Collections.Concurrent;
using System.Diagnostics;
using ImageService.AppHost.Running;
using ImageService.AppHost.Servers;

namespace ImageService.Tests.Support.Servers;

/// <summary>
/// Starts child processes that end with this process, however it ends. On Linux the kernel sends each child its stop signal when the
/// <em>thread</em> that started it goes away (<c>PR_SET_PDEATHSIG</c>, through <c>setpriv</c>), so all children are started on one thread that
/// lives as long as the process. Children also get a session of their own: Ctrl+C in the terminal reaches only the parent, which stops them in order.
/// </summary>
internal sealed class ProcessSpawner : IDisposable
{
    private static readonly Dictionary<int, string> SignalNames = new() { [Posix.Interrupt] = "INT", [Posix.Terminate] = "TERM", [Posix.ForceKill] = "KILL" };

    private readonly BlockingCollection<Action> _work = [];
    private readonly string? _setsid = Executables.Find("setsid");
    private readonly string? _setpriv = FindSetpriv();

    public ProcessSpawner()
    {
        new Thread(() =>
        {
            foreach (var action in _work.GetConsumingEnumerable())
                action();
        })
        { IsBackground = true, Name = "process spawner" }.Start();
    }

    /// <summary>Starts the program. Each line it writes goes to <paramref name="output"/>, on any thread.</summary>
    /// <exception cref="ResourceStartException">The program cannot be started; the message says why.</exception>
    public async Task<ChildProcess> StartAsync(ProcessCommand command, Action<string> output)
    {
        var started = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(ChildProcess.Start(command, Describe(command), output));
            }
            catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception or IOException)
            {
                started.SetException(new ResourceStartException($"Cannot start {command.Program}: {exception.Message}", exception));
            }
        });
        return await started.Task;
    }

    // Ending the thread ends the children: only once all of them are stopped.
    public void Dispose() => _work.CompleteAdding();

    private ProcessStartInfo Describe(ProcessCommand command)
    {
        List<string> line = [];
        if (_setsid is not null && !OperatingSystem.IsWindows())
            line.Add(_setsid);
        if (_setpriv is not null)
            line.AddRange([_setpriv, "--pdeathsig", SignalNames[command.StopSignal]]);
        if (command.Program != _setpriv) // else it changes the user too, and must do both: a change of user forgets the signal
            line.Add(command.Program);
        line.AddRange(command.Arguments);

        var start = new ProcessStartInfo(line[0])
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in line.Skip(1))
            start.ArgumentList.Add(argument);
        if (command.Environment is { } environment)
        {
            start.Environment.Clear();
            foreach (var (key, value) in environment)
                start.Environment[key] = value;
        }

        return start;
    }

    private static string? FindSetpriv()
    {
        if (!OperatingSystem.IsLinux() || Executables.Find("setpriv") is not { } path)
            return null;
        // The busybox applet of the same name does not know --pdeathsig.
        var (_, output, errors) = Executables.RunAsync(path, ["--help"], null, CancellationToken.None).GetAwaiter().GetResult();
        return (output + errors).Contains("--pdeathsig", StringComparison.Ordinal) ? path : null;
    }
}
