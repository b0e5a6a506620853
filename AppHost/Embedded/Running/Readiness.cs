using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Running;

/// <summary>When a resource may start, and when it counts as ready.</summary>
internal sealed class Readiness(ResourceNotificationService notifications, IServiceProvider services, ConsoleLog log) : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan PatienceBetweenNotes = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Returns once everything the resource waits for is there.</summary>
    /// <exception cref="ResourceStartException">A dependency ran to its end, but failed.</exception>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken ct)
    {
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            if (wait.WaitType == WaitType.WaitUntilHealthy)
            {
                await notifications.WaitForResourceHealthyAsync(wait.Resource.Name, ct);
                continue;
            }

            var code = await notifications.WaitForExitCodeAsync(wait.Resource.Name, ct);
            if (code != wait.ExitCode)
                throw new ResourceStartException($"not started, because {wait.Resource.Name} failed (exit code {code}); its lines above say why.");
        }
    }

    /// <summary>Waits until the resource's health checks pass, then tells everyone who waits.</summary>
    public async Task AnnounceAsync(IResource resource, CancellationToken ct)
    {
        foreach (var check in resource.Annotations.OfType<HttpHealthCheckAnnotation>())
            await WaitUntilHealthyAsync(resource, check, ct);
        if (!notifications.SetReady(resource))
        {
            log.Say($"{resource.Name} is ready again.");
            return;
        }

        foreach (var callback in resource.Annotations.OfType<ReadyCallbackAnnotation>())
            await callback.Callback(new ResourceReadyEvent(resource, services), ct);
    }

    public void Complete(IResource resource, int exitCode) => notifications.SetCompleted(resource, exitCode);

    public void Dispose() => _client.Dispose();

    private async Task WaitUntilHealthyAsync(IResource resource, HttpHealthCheckAnnotation check, CancellationToken ct)
    {
        var url = new Uri(new EndpointReference((IResourceWithEndpoints)resource, check.EndpointName).Url + check.Path);
        var began = TimeProvider.System.GetTimestamp();
        var noted = TimeSpan.Zero;
        while (true)
        {
            var answer = await AskAsync(url, ct);
            if (answer == check.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture))
                return;
            var waited = TimeProvider.System.GetElapsedTime(began);
            if (waited - noted > PatienceBetweenNotes)
            {
                noted = waited;
                log.Warn($"{resource.Name} is not ready after {waited.TotalSeconds:0} s: GET {url} says: {answer}");
            }

            await Task.Delay(PollInterval, ct);
        }
    }

    private async Task<string> AskAsync(Uri url, CancellationToken ct)
    {
        try
        {
            using var response = await _client.GetAsync(url, ct);
            var status = ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return response.IsSuccessStatusCode ? status : $"{status} {await response.Content.ReadAsStringAsync(ct)}";
        }
        catch (HttpRequestException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }
}
