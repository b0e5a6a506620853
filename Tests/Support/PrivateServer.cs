using ImageService.Tests.Support.Servers;

namespace ImageService.Tests.Support;

/// <summary>A data server that belongs to one test: it can be stopped, killed and started again on the same address and data.</summary>
public sealed class PrivateServer : IAsyncDisposable
{
    private readonly Func<Task<ChildProcess>> _start;
    private ChildProcess _process;

    internal PrivateServer(string connectionString, Func<Task<ChildProcess>> start, ChildProcess process)
    {
        ConnectionString = connectionString;
        _start = start;
        _process = process;
    }

    public string ConnectionString { get; }

    public int ProcessId => _process.Id;

    /// <summary>Ends it in an orderly way.</summary>
    public Task StopAsync() => _process.StopAsync();

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.Exited;
    }

    /// <summary>Starts it again after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public async Task StartAsync() => _process = await _start();

    public async ValueTask DisposeAsync() => await _process.DisposeAsync();
}
