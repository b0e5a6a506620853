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
        return Results.Ok(new SystemResponse(
            health.Status,
            [.. health.Checks.OrderBy(static check => check.Key, StringComparer.Ordinal)
                .Select(static check => new SystemCheck(check.Key, check.Value.Status, check.Value.DurationMs, check.Value.Error))],
            new SystemVersions(VersionOf(typeof(SystemEndpoints).Assembly), EngineRevision.Current, EngineRevision.Library,
                RuntimeInformation.FrameworkDescription, await DatabaseVersionAsync(registry, ct)),
            new SystemProcess(
                Environment.MachineName, started, Environment.ProcessorCount, process.WorkingSet64, machine.TotalAvailableMemoryBytes,
                process.TotalProcessorTime.TotalSeconds / Math.Max(1, (clock.GetUtcNow() - started).TotalSeconds)),
            new SystemLimits(
                engine.Value.MemoryBudgetBytes, engine.Value.DecoderMemoryBytes, engine.Value.MaxWaiting, engine.Value.TransformTimeout.TotalSeconds,
                engine.Value.DecoderTimeout.TotalSeconds,
                ingestion.Value.MaxStagedBytes),
            places,
            await MeasureAsync(queue, ct),
            new SystemCache(memory.Count, memory.Bytes, caching.Value.MemoryBytes),
            [.. invalidation.Value.Cdns.Select((_, place) => invalidation.Value.NameOf(place))]));
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
            return new SystemQueue(queue.Provider, depth.Ready, depth.InFlight, depth.Dead, depth.Oldest.TotalSeconds);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return new SystemQueue(queue.Provider, null, null, null, null);
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
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>unready</c>.</param>
/// <param name="Checks">What it depends on.</param>
/// <param name="Versions">Of the parts.</param>
/// <param name="Process">The one that answers.</param>
/// <param name="Limits">The operator's settings that hold for everybody.</param>
/// <param name="Stores">Where objects lie.</param>
/// <param name="Queue">Facts on their way to the worker.</param>
/// <param name="Memory">Variants in this process's memory.</param>
/// <param name="Edges">Caches in front, by name.</param>
internal sealed record SystemResponse(
    string Status, IReadOnlyList<SystemCheck> Checks, SystemVersions Versions, SystemProcess Process, SystemLimits Limits, IReadOnlyList<SystemStore> Stores,
    SystemQueue Queue, SystemCache Memory,
    IReadOnlyList<string> Edges);

/// <summary>One dependency.</summary>
/// <param name="Name"><c>database</c>, <c>cache</c>, <c>storage</c>, <c>queue</c>.</param>
/// <param name="Status"><c>ready</c>, <c>degraded</c> or <c>unready</c>.</param>
/// <param name="DurationMs">Time the look took, ms.</param>
/// <param name="Error">What is wrong; null when nothing.</param>
internal sealed record SystemCheck(string Name, string Status, double DurationMs, string? Error);

/// <summary>Versions of the parts.</summary>
/// <param name="Service">This program.</param>
/// <param name="Engine">Revision of the pictures it makes.</param>
/// <param name="Libvips">The picture library.</param>
/// <param name="Runtime">.NET.</param>
/// <param name="Database">PostgreSQL; null while it does not answer.</param>
internal sealed record SystemVersions(string Service, string Engine, string Libvips, string Runtime, string? Database);

/// <summary>A process of the service.</summary>
/// <param name="Machine">Name of its host.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Cores">Cores it may use.</param>
/// <param name="MemoryBytes">Memory it holds, bytes.</param>
/// <param name="MemoryLimitBytes">Memory it could have, bytes.</param>
/// <param name="CpuShare">CPU time since the start per second, in cores.</param>
internal sealed record SystemProcess(string Machine, DateTimeOffset StartedAt, int Cores, long MemoryBytes, long MemoryLimitBytes, double CpuShare);

/// <summary>Settings that hold for everybody.</summary>
/// <param name="TransformMemoryBytes">Memory of all transforms at once, bytes.</param>
/// <param name="DecoderMemoryBytes">Memory of one decoder, bytes.</param>
/// <param name="MaxWaitingTransforms">Transforms that may wait.</param>
/// <param name="TransformTimeoutSeconds">Longest transform, s.</param>
/// <param name="DecoderTimeoutSeconds">Longest decode of an upload, s of CPU time.</param>
/// <param name="MaxUploadBytes">Largest file taken in where no policy is known yet, bytes.</param>
internal sealed record SystemLimits(
    long TransformMemoryBytes, long DecoderMemoryBytes, int MaxWaitingTransforms, double TransformTimeoutSeconds, double DecoderTimeoutSeconds,
    long MaxUploadBytes);

/// <summary>An object store.</summary>
/// <param name="Name">As policies and moves name it.</param>
/// <param name="Provider"><c>file</c>, <c>s3</c>, <c>azure</c>, <c>gcs</c>.</param>
/// <param name="Default">Whether what no policy places is written there.</param>
/// <param name="Error">What is wrong; null when it answers.</param>
internal sealed record SystemStore(string Name, string Provider, bool Default, string? Error);

/// <summary>The queue; figures are null while it does not answer.</summary>
/// <param name="Provider"><c>postgres</c>, <c>rabbitmq</c>, <c>sqs</c>, <c>pubsub</c>.</param>
/// <param name="Waiting">Messages that wait.</param>
/// <param name="Running">Messages in hand.</param>
/// <param name="Dead">Messages given up.</param>
/// <param name="OldestSeconds">How long the oldest waits, s.</param>
internal sealed record SystemQueue(string Provider, long? Waiting, long? Running, long? Dead, double? OldestSeconds);

/// <summary>Variants in memory.</summary>
/// <param name="Entries">How many.</param>
/// <param name="Bytes">Together, bytes.</param>
/// <param name="LimitBytes">At most, bytes.</param>
internal sealed record SystemCache(int Entries, long Bytes, long LimitBytes);
