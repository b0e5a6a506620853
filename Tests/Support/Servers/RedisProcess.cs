using System.Collections;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ImageService.AppHost.Running;
using ImageService.AppHost.Servers;

namespace ImageService.Tests.Support.Servers;

/// <summary>A Redis-compatible server without an orchestrator: <c>redis-server</c> where installed, else the AppHost's Garnet. Keeps nothing on disk.</summary>
/// <param name="Folder">Where its options file lies.</param>
/// <param name="Port">TCP port on 127.0.0.1.</param>
internal sealed record RedisProcess(string Folder, int Port)
{
    /// <summary>Environment variable: <c>garnet</c> to ignore an installed <c>redis-server</c>.</summary>
    public const string Variable = "IMAGESERVICE_TEST_REDIS_SERVER";

    private const string Password = "test";

    /// <summary>In the form of StackExchange.Redis.</summary>
    public string ConnectionString => $"localhost:{Port},password={Password}";

    /// <summary>Starts the server and returns once it answers.</summary>
    /// <exception cref="ResourceStartException">It cannot start; the message says why.</exception>
    public async Task<ChildProcess> StartAsync(ProcessSpawner spawner, CancellationToken ct)
    {
        Directory.CreateDirectory(Folder);
        var redis = Environment.GetEnvironmentVariable(Variable) == "garnet" ? null : Executables.Find("redis-server");
        LastLines last = new(_ => { });
        var server = await spawner.StartAsync(redis is null ? Garnet() : Redis(redis), last.Add);
        try
        {
            await WaitUntilReadyAsync(server, last, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private ProcessCommand Redis(string program)
    {
        var file = Path.Combine(Folder, "redis.conf");
        File.WriteAllText(file, $"""
            bind 127.0.0.1
            port {Port}
            requirepass {Password}
            save ""
            appendonly no
            maxmemory 256mb
            maxmemory-policy allkeys-lru
            daemonize no
            """);
        return new ProcessCommand(program, [file], Folder);
    }

    private ProcessCommand Garnet()
    {
        var environment = Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");
        environment[GarnetProgram.Port] = Port.ToString(CultureInfo.InvariantCulture);
        environment[GarnetProgram.Password] = Password;
        environment[GarnetProgram.CheckpointFolder] = Path.Combine(Folder, "checkpoints");
        return new ProcessCommand(Executables.DotNet, ["exec", AppHostProgram.Assembly, GarnetProgram.Verb], Folder) { Environment = environment };
    }

    private async Task WaitUntilReadyAsync(ChildProcess server, LastLines last, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await AnswersAsync(limit.Token))
        {
            if (server.Exited.IsCompleted)
                throw new ResourceStartException($"The cache server ended while starting (exit code {await server.Exited}). It said:\n{last}");
            await Task.Delay(TimeSpan.FromMilliseconds(40), limit.Token);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, ct);
            await using var stream = client.GetStream();
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(
                    string.Create(CultureInfo.InvariantCulture, $"*2\r\n$4\r\nAUTH\r\n${Password.Length}\r\n{Password}\r\n*1\r\n$4\r\nPING\r\n")), ct);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadLineAsync(ct) == "+OK" && await reader.ReadLineAsync(ct) == "+PONG";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
