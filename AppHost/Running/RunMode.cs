#pragma warning disable ASPIRECERTIFICATES001 // certificates of resources are an experimental API of Aspire
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageService.AppHost.Running;

/// <summary>What a run needs beside Aspire's orchestrator: its folder and ports, a console that tells what happens, restarts, an ordered stop.</summary>
internal static class RunMode
{
    // The weakest of all settings: environment and command line win. The console says in few words what Aspire logs in many.
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Warning",
        ["Logging:LogLevel:Aspire.Hosting.Dcp"] = "Error",
        // What is not ready yet is no fault; Aspire says so itself only where its dashboard runs.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService"] = "None",
        ["DcpPublisher:WaitForResourceCleanup"] = "true", // else the AppHost is gone seconds before its processes are
        ["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true", // loopback only, and no certificate to trust
        ["ASPIRE_VERSION_CHECK_DISABLED"] = "true", // asks a package feed at each start by a program that takes seconds of CPU time
    };

    /// <summary>Takes the run's folder and ports and sets the builder up; null when nothing is run but published.</summary>
    public static RunFolder? PrepareRun(this IDistributedApplicationBuilder builder, LaunchOptions options)
    {
        if (!builder.ExecutionContext.IsRunMode)
            return null;
        var folder = new RunFolder(options.Data, options.Ephemeral);
        try
        {
            BuildOutput.RequireUnmoved();
            builder.RequireServers(options);
            folder.Open();
            Ports.Require([("api", options.ApiPort), ("portal", options.PortalPort), ("worker", options.WorkerPort)], folder.AfterKill);
        }
        catch (ResourceStartException exception)
        {
            Console.Error.WriteLine(exception.Message);
            folder.Dispose();
            Environment.Exit(1);
        }

        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        if (options.Dashboard)
            Dashboard.ChoosePorts(builder.Configuration, options.Ephemeral);
        else
            Dashboard.LeaveOut(builder);
        builder.AddRunning(options, folder, new ConsoleLog());
        return folder;
    }

    /// <summary>Adds what watches over the resources of a run.</summary>
    internal static void AddRunning(this IDistributedApplicationBuilder builder, LaunchOptions options, RunFolder folder, ConsoleLog log)
    {
        builder.Services.AddSingleton(folder).AddSingleton(options).AddSingleton(log).AddSingleton(TimeProvider.System)
            .AddSingleton<LastLines>().AddSingleton<ResourceWatch>().AddSingleton<Restarts>()
            .AddHostedService<ServicesFirst>().AddHostedService<ParentWatch>();
        builder.OnBeforeStart((starting, ct) =>
        {
            var stopping = starting.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            starting.Services.GetRequiredService<ResourceWatch>().Begin(stopping);
            starting.Services.GetRequiredService<Restarts>().Begin(stopping);
            return Task.CompletedTask;
        });
    }

    /// <summary>
    /// Starts a service from its build output, not by a <c>dotnet run</c> that stays beside it, and lets it listen itself on a port of the launch options
    /// (null: any free one).
    /// </summary>
    public static IResourceBuilder<ProjectResource> RunFromBuildOutput(this IResourceBuilder<ProjectResource> project, int? port = null)
    {
        if (!project.ApplicationBuilder.ExecutionContext.IsRunMode)
            return project;
        var metadata = project.Resource.GetProjectMetadata();
        project.WithoutHttpsCertificate().WithAnnotation(new ExecutableAnnotation
        {
            Command = BuildOutput.ProgramOf(metadata),
            WorkingDirectory = Path.GetDirectoryName(metadata.ProjectPath)!,
        });
        foreach (var endpoint in project.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            endpoint.Port = port;
            endpoint.IsProxied = false; // behind a proxy a service would not know the address that its readers use
        }

        return project;
    }

    /// <summary>Marks what is meant to end by itself, such as migrations: its end is no death, and its failure ends the run.</summary>
    public static IResourceBuilder<ProjectResource> RunsOnce(this IResourceBuilder<ProjectResource> project) =>
        project.WithAnnotation(new RunsOnceAnnotation());

    /// <summary>Runs until somebody stops it, and returns the exit code when every process is gone; publishes when that was asked for.</summary>
    public static async Task<int> RunToEndAsync(this DistributedApplication app)
    {
        if (app.Services.GetRequiredService<DistributedApplicationExecutionContext>().IsPublishMode)
        {
            await app.RunAsync();
            return Environment.ExitCode;
        }

        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        await using (app)
        {
            try
            {
                await app.StartAsync(stopping);
                await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Asked to stop, perhaps in the middle of the start.
            }
            finally
            {
                await app.StopAsync(CancellationToken.None);
                app.Services.GetRequiredService<ConsoleLog>().Say("Stopped.");
            }
        }

        return Environment.ExitCode;
    }
}
