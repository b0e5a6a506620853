using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using ImageService.Api.Authentication;
using ImageService.Api.OpenApi;
using ImageService.Core.Caching;
using ImageService.Core.Engine;
using ImageService.Core.Ingestion;
using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Api.ControlPlane.Installation;

/// <summary>The installation as its administrators see it. What it says of the process is of the one that answers.</summary>
internal static class SystemEndpoints
{
    public static void MapSystem(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/system", Show).RequireAdministrator().WithTags("System")
            .Describe("getSystem", "Show the installation",
                "Health, versions, limits, stores, queue and caches. For administrators and the platform key; figures of the process are of the one that answers.")
            .Answers<SystemResponse>().Fails(403);

    private static async Task<IResult> Show(
        ReadinessReport readiness, ObjectStores stores, IMessageQueue queue, RegistryFactory registry, MemoryVariantCache memory,
        IOptions<CachingOptions> caching,
        IOptions<EngineOptions> engine, IOptions<IngestionOptions> ingestion, IOptions<InvalidationOptions> invalidation, TimeProvider clock,
        CancellationToken ct)
    {
        var health = await readiness.GetAsync(ct);
        var places = await Task.WhenAll(stores.All.Select(async store => new SystemStore(
            store.Name, store.Objects.Provider, ReferenceEquals(store, stores.Default), await ProbeAsync(store.Objects, ct))));
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime.ToUniversalTime());
        var machine = GC.GetGCMemoryInfo();
        return Results.Ok(new SystemResponse
        {
            Status = health.Status,
            Checks = [.. health.Checks.OrderBy(static check => check.Key, StringComparer.Ordinal)
                .Select(static check => new SystemCheck(check.Key, check.Value.Status, check.Value.DurationMs, check.Value.Error))],
            Versions = new SystemVersions
            {
                Service = VersionOf(typeof(SystemEndpoints).Assembly),
                Engine = EngineRevision.Current,
                Libvips = EngineRevision.Library,
                Runtime = RuntimeInformation.FrameworkDescription,
                Database = await DatabaseVersionAsync(registry, ct),
            },
            Process = new SystemProcess
            {
                Machine = Environment.MachineName,
                StartedAt = started,
                Cores = Environment.ProcessorCount,
                MemoryBytes = process.WorkingSet64,
                MemoryLimitBytes = machine.TotalAvailableMemoryBytes,
                CpuShare = process.TotalProcessorTime.TotalSeconds / Math.Max(1, (clock.GetUtcNow() - started).TotalSeconds),
            },
            Limits = new SystemLimits
            {
                TransformMemoryBytes = engine.Value.MemoryBudgetBytes,
                DecoderMemoryBytes = engine.Value.DecoderMemoryBytes,
                MaxWaitingTransforms = engine.Value.MaxWaiting,
                TransformTimeoutSeconds = engine.Value.TransformTimeout.TotalSeconds,
                DecoderTimeoutSeconds = engine.Value.DecoderTimeout.TotalSeconds,
                MaxUploadBytes = ingestion.Value.MaxStagedBytes,
            },
            Stores = places,
            Queue = await MeasureAsync(queue, ct),
            Memory = new SystemCache(memory.Count, memory.Bytes, caching.Value.MemoryBytes),
            Edges = [.. invalidation.Value.Cdns.Select((_, place) => invalidation.Value.NameOf(place))],
        });
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? assembly.GetName().Version?.ToString() ?? "";

    /// <summary>Null where the store answers.</summary>
    private static async Task<string?> ProbeAsync(IObjectStore store, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            await store.CheckAsync(patience.Token);
            return null;
        }
        catch (ObjectStoreException problem)
        {
            return problem.Message;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "No answer within 3 s.";
        }
    }

    /// <summary>A queue that does not answer has no figures: readiness says why.</summary>
    private static async Task<SystemQueue> MeasureAsync(IMessageQueue queue, CancellationToken ct)
    {
        try
        {
            var depth = await queue.MeasureAsync(ct);
            return new SystemQueue
            {
                Provider = queue.Provider,
                Waiting = depth.Ready,
                Running = depth.InFlight,
                Dead = depth.Dead,
                OldestSeconds = depth.Oldest.TotalSeconds,
            };
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return new SystemQueue
            {
                Provider = queue.Provider,
                Waiting = null,
                Running = null,
                Dead = null,
                OldestSeconds = null,
            };
        }
    }

    private static async Task<string?> DatabaseVersionAsync(RegistryFactory registry, CancellationToken ct)
    {
        try
        {
            await using var db = registry.ForSystem();
            return await db.Database.SqlQuery<string>($"SELECT current_setting('server_version') AS \"Value\"").SingleAsync(ct);
        }
        catch (Exception problem) when (RegistryFailure.IsUnavailable(problem))
        {
            return null;
        }
    }
}

/// <summary>The installation.</summary>
internal sealed record SystemResponse
{
    /// <summary><c>ready</c>, <c>degraded</c> or <c>unready</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What it depends on.</summary>
    public required IReadOnlyList<SystemCheck> Checks { get; init; }

    /// <summary>Of the parts.</summary>
    public required SystemVersions Versions { get; init; }

    /// <summary>The one that answers.</summary>
    public required SystemProcess Process { get; init; }

    /// <summary>The operator's settings that hold for everybody.</summary>
    public required SystemLimits Limits { get; init; }

    /// <summary>Where objects lie.</summary>
    public required IReadOnlyList<SystemStore> Stores { get; init; }

    /// <summary>Facts on their way to the worker.</summary>
    public required SystemQueue Queue { get; init; }

    /// <summary>Variants in this process's memory.</summary>
    public required SystemCache Memory { get; init; }

    /// <summary>Caches in front, by name.</summary>
    public required IReadOnlyList<string> Edges { get; init; }
}

/// <summary>One dependency.</summary>
/// <param name="Name"><c>database</c>, <c>cache</c>, <c>storage</c>, <c>queue</c>.</param>
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>unready</c>.</param>
/// <param name="DurationMs">Time the look took, ms.</param>
/// <param name="Error">What is wrong; null when nothing.</param>
internal sealed record SystemCheck(string Name, string Status, double DurationMs, string? Error);

/// <summary>Versions of the parts.</summary>
internal sealed record SystemVersions
{
    /// <summary>This program.</summary>
    public required string Service { get; init; }

    /// <summary>Revision of the pictures it makes.</summary>
    public required string Engine { get; init; }

    /// <summary>The picture library.</summary>
    public required string Libvips { get; init; }

    /// <summary>.NET.</summary>
    public required string Runtime { get; init; }

    /// <summary>PostgreSQL; null while it does not answer.</summary>
    public required string? Database { get; init; }
}

/// <summary>A process of the service.</summary>
internal sealed record SystemProcess
{
    /// <summary>Name of its host.</summary>
    public required string Machine { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Cores it may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Memory it holds, bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Memory it could have, bytes.</summary>
    public required long MemoryLimitBytes { get; init; }

    /// <summary>CPU time since the start per second, in cores.</summary>
    public required double CpuShare { get; init; }
}

/// <summary>Settings that hold for everybody.</summary>
internal sealed record SystemLimits
{
    /// <summary>Memory of all transforms at once, bytes.</summary>
    public required long TransformMemoryBytes { get; init; }

    /// <summary>Memory of one decoder, bytes.</summary>
    public required long DecoderMemoryBytes { get; init; }

    /// <summary>Transforms that may wait.</summary>
    public required int MaxWaitingTransforms { get; init; }

    /// <summary>Longest transform, s.</summary>
    public required double TransformTimeoutSeconds { get; init; }

    /// <summary>Longest decode of an upload, s of CPU time.</summary>
    public required double DecoderTimeoutSeconds { get; init; }

    /// <summary>Largest file taken in where no policy is known yet, bytes.</summary>
    public required long MaxUploadBytes { get; init; }
}

/// <summary>An object store.</summary>
/// <param name="Name">As policies and moves name it.</param>
/// <param name="Provider"><c>file</c>, <c>s3</c>, <c>azure</c>, <c>gcs</c>.</param>
/// <param name="Default">Whether what no policy places is written there.</param>
/// <param name="Error">What is wrong; null when it answers.</param>
internal sealed record SystemStore(string Name, string Provider, bool Default, string? Error);

/// <summary>The queue; figures are null while it does not answer.</summary>
internal sealed record SystemQueue
{
    /// <summary><c>postgres</c>, <c>rabbitmq</c>, <c>sqs</c>, <c>pubsub</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Messages that wait.</summary>
    public required long? Waiting { get; init; }

    /// <summary>Messages in hand.</summary>
    public required long? Running { get; init; }

    /// <summary>Messages given up.</summary>
    public required long? Dead { get; init; }

    /// <summary>How long the oldest waits, s.</summary>
    public required double? OldestSeconds { get; init; }
}

/// <summary>Variants in memory.</summary>
/// <param name="Entries">How many.</param>
/// <param name="Bytes">Together, bytes.</param>
/// <param name="LimitBytes">At most, bytes.</param>
internal sealed record SystemCache(int Entries, long Bytes, long LimitBytes);
