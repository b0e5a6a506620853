using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Http;

/// <summary>
/// Lets requests begin on the thread that waits for their sockets, without a hop to the pool and back, which costs more than a hit itself
/// (docs/benchmarks.md). Only callers' connections are treated so:
/// drivers of databases and caches, whose continuations may block, go on at the pool as ever, which the runtime's own switch for all sockets of the process
/// would take from them. What leads a request on from
/// there besides <see cref="PoolThread"/> is its body (<see cref="PooledBody"/>) and a client that reads slowly (<see cref="GatheredWriter"/>, which takes the
/// place of the server's pipe).
/// </summary>
internal static class InlineSockets
{
    private const string Threads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>
    /// First thing in a process, before it opens a socket: the runtime reads once how many threads wait for sockets. Its default is one for up to thirty
    /// processors, which would bound hits to
    /// one processor; here it is one for each. A value of the environment wins.
    /// </summary>
    public static void Prepare()
    {
        if (Environment.GetEnvironmentVariable(Threads) is null)
            Environment.SetEnvironmentVariable(Threads, Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Switches it on for every endpoint of the server.</summary>
    public static void UseInlineSockets(this WebApplicationBuilder builder)
    {
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, ConnectionBlocks.Factory>());
        builder.Services.AddOptions<SocketTransportOptions>()
            .Configure<IOptions<ApiOptions>>(static (transport, api) => transport.UnsafePreferInlineScheduling = api.Value.InlineSockets);
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<ApiOptions>, ILoggerFactory>(static (kestrel, api, loggers) =>
        {
            if (!api.Value.InlineSockets || !IsKnown(loggers))
                return;
            var rates = new LentRates();
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => ServeAsync(connection, next, rates)));
        });
    }

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, LentRates rates)
    {
        if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket || connection.Features.Get<IMemoryPoolFeature>() is not { } memory)
        {
            await next(connection);
            return;
        }

        var transport = connection.Transport;
        // The transport takes the end of this for the end of the answers, and closes: by then all is sent.
        await using var output = new GatheredWriter(socket, memory.MemoryPool);
        connection.Transport = new Transport(transport.Input, output);
        connection.Features.Set(new LentBody(connection, output, rates));
        PreferInlineCompletions(socket, true);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    /// <summary>Whether this runtime has it; on another, requests begin on the pool as they would without all this.</summary>
    private static bool IsKnown(ILoggerFactory loggers)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            PreferInlineCompletions(socket, true);
            return true;
        }
        catch (MissingMethodException exception)
        {
            Log.NotInline(loggers.CreateLogger(typeof(InlineSockets)), exception);
            return false;
        }
    }

    // Not public yet (https://github.com/dotnet/runtime/issues/43930).
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreferInlineCompletions")]
    private static extern void PreferInlineCompletions(Socket socket, bool value);

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
