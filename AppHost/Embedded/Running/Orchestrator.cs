using System.Globalization;
using System.Text;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Running;

/// <summary>Runs the model: everything starts when what it waits for is ready, and stops in the opposite order.</summary>
internal sealed class Orchestrator(
    ApplicationModelSnapshot model, RunData data, ResourceStarter starter, ProcessSpawner spawner, ResourceNotificationService notifications,
    ConsoleLog log, IServiceProvider services, IHostApplicationLifetime lifetime, IConfiguration configuration) : IHostedService, IDisposable
{
    private readonly List<Supervisor> _supervisors = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _others = [];
    private Readiness? _readiness;
    private ChildProcess? _dashboard;
    private int _failed;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            data.Open(log);
            EndpointAllocator.Allocate(model.Resources);
        }
        catch (ResourceStartException exception)
        {
            Fail(exception.Message);
            return;
        }

        _dashboard = await Dashboard.StartAsync(spawner, data, log, configuration, cancellationToken);
        _readiness = new Readiness(notifications, services, log);
        foreach (var resource in model.Resources)
            Begin(resource, _readiness);
        _others.Add(PrintTableAsync(_stopping.Token));
        foreach (var supervisor in _supervisors)
            supervisor.Begin(Fail);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_supervisors.Count > 0)
            log.Say("Stopping...");
        await _stopping.CancelAsync();
        foreach (var level in _supervisors.GroupBy(supervisor => (IsService: supervisor.Resource is not ContainerResource, Depth: Depth(supervisor.Resource))).OrderByDescending(level => level.Key))
            await Task.WhenAll(level.Select(supervisor => supervisor.DisposeAsync().AsTask()));
        await Task.WhenAll(_others).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (_dashboard is not null)
            await _dashboard.DisposeAsync();
        data.Dispose();
        if (_supervisors.Count > 0)
            log.Say("Stopped.");
    }

    public void Dispose()
    {
        _readiness?.Dispose();
        _stopping.Dispose();
    }

    private void Begin(IResource resource, Readiness readiness)
    {
        if (ResourceStarter.IsProcess(resource))
        {
            var runsToCompletion = model.Resources.SelectMany(other => other.Annotations.OfType<WaitAnnotation>())
                .Any(wait => wait.Resource == resource && wait.WaitType == WaitType.WaitForCompletion);
            _supervisors.Add(new Supervisor(resource, runsToCompletion, ct => starter.StartAsync(resource, ct), readiness, log, TimeProvider.System));
        }
        else if (resource is PostgresDatabaseResource database)
        {
            _others.Add(PrepareDatabaseAsync(database, readiness));
        }
        else
        {
            _others.Add(readiness.AnnounceAsync(resource, _stopping.Token)); // parameters and given connection strings: there from the start
        }
    }

    private async Task PrepareDatabaseAsync(PostgresDatabaseResource database, Readiness readiness)
    {
        try
        {
            await notifications.WaitForResourceHealthyAsync(database.Parent.Name, _stopping.Token);
            await ResourceStarter.EnsureDatabaseAsync(database, _stopping.Token);
            await readiness.AnnounceAsync(database, _stopping.Token);
        }
        catch (Npgsql.NpgsqlException exception)
        {
            Fail($"{database.Name}: the database cannot be made: {exception.Message}");
        }
    }

    private void Fail(string message)
    {
        if (Interlocked.Exchange(ref _failed, 1) == 0)
            log.Warn(message);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    private async Task PrintTableAsync(CancellationToken ct)
    {
        var checkedOnes = _supervisors.Select(supervisor => supervisor.Resource).Where(resource => resource.Annotations.OfType<HttpHealthCheckAnnotation>().Any()).ToArray();
        foreach (var service in checkedOnes)
            await notifications.WaitForResourceHealthyAsync(service.Name, ct);
        var table = new StringBuilder("Running:");
        foreach (var supervisor in _supervisors)
        {
            var addresses = supervisor.Resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => endpoint.AllocatedEndpoint!.UriString);
            var process = supervisor.ProcessId.ToString(CultureInfo.InvariantCulture);
            table.Append(CultureInfo.InvariantCulture, $"\n  {supervisor.Resource.Name,-12}{string.Join(' ', addresses),-28}{(addresses.Any() ? $"process {process}" : "finished")}");
        }

        table.Append(CultureInfo.InvariantCulture, $"\n  data in {data.Folder}{(data.Ephemeral ? " (removed at exit)" : "")}");
        foreach (var line in table.ToString().Split('\n'))
            log.Say(line);
    }

    // How many resources must be there before this one.
    private static int Depth(IResource resource)
    {
        var waits = resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource);
        if (resource is IResourceWithParent child)
            waits = waits.Append(child.Parent);
        return waits.Select(dependency => Depth(dependency) + 1).DefaultIfEmpty(0).Max();
    }
}
