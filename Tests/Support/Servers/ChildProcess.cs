using System.Diagnostics;

namespace ImageService.Tests.Support.Servers;

/// <summary>A running child: its output line by line, its end, and an orderly stop.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ProcessCommand _command;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, ProcessCommand command)
    {
        _process = process;
        _command = command;
    }

    public int Id { get; private set; }

    /// <summary>When the process began, to tell it from a later one with the same id.</summary>
    public DateTime StartedAt { get; private set; }

    /// <summary>Completes with the exit code when the process itself ends, even where a grandchild still holds its output open.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Must be called on the spawner's thread.</summary>
    internal static ChildProcess Start(ProcessCommand command, ProcessStartInfo start, Action<string> output)
    {
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(process, command);
        process.Exited += (_, _) => child._exited.TrySetResult(process.ExitCode);
        process.OutputDataReceived += (_, line) => { if (line.Data is { } text) output(text); };
        process.ErrorDataReceived += (_, line) => { if (line.Data is { } text) output(text); };
        process.Start();
        child.Id = process.Id;
        child.StartedAt = StartTime(process);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Asks the process to end, waits as long as its command allows, then kills it with all its children.</summary>
    public async Task StopAsync()
    {
        if (!Exited.IsCompleted)
        {
            if (OperatingSystem.IsWindows() || !Posix.Signal(Id, _command.StopSignal))
                Kill();
            if (await Task.WhenAny(Exited, Task.Delay(_command.StopWithin)) != Exited)
                Kill();
        }

        await Exited;
    }

    public void Kill()
    {
        if (!Exited.IsCompleted)
            _process.Kill(entireProcessTree: true);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private static DateTime StartTime(Process process)
    {
        try
        {
            return process.StartTime;
        }
        catch (InvalidOperationException)
        {
            // It has already ended; Exited tells.
            return DateTime.MinValue;
        }
    }
}
