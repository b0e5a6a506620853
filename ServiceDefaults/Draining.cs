using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ImageService.ServiceDefaults;

/// <summary>
/// What a service does between being told to stop and closing its door: it says that it is not ready, and goes on answering as long as <c>Shutdown:Drain</c>,
/// so that balancers have sent their last request before connections are refused; <see cref="DrainingServer"/> sends kept connections away. Requests under
/// way are waited for after that.
/// </summary>
internal sealed class Draining(IConfiguration configuration, TimeProvider time) : IHostedLifecycleService, IConfigureOptions<HostOptions>
{
    /// <summary>Configuration key: how long, 00:00:00 to 00:05:00.</summary>
    public const string Key = "Shutdown:Drain";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private volatile bool _isOn;

    /// <summary>Whether the service was told to stop.</summary>
    public bool IsOn => _isOn;

    private TimeSpan Time => configuration.GetValue(Key, TimeSpan.Zero) is var drain && drain >= TimeSpan.Zero && drain <= Longest
        ? drain : throw new InvalidOperationException($"{Key} must be from 00:00:00 to 00:05:00.");

    /// <summary>The time to drain is no part of the time that requests and jobs have to end.</summary>
    public void Configure(HostOptions options) => options.ShutdownTimeout += Time;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isOn = true;
        if (Time is var drain && drain > TimeSpan.Zero)
            await Task.Delay(drain, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
