using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers;

/// <summary>A Redis-compatible server of one's own on the loopback address: <c>redis-server</c> where installed, else Garnet in a child process. Keeps nothing on disk.</summary>
/// <param name="Folder">Where its options file lies.</param>
/// <param name="Port">TCP port on 127.0.0.1.</param>
/// <param name="Password">Letters and digits only.</param>
internal sealed record RedisServer(string Folder, int Port, string Password)
{
    /// <summary>Environment variable: <c>garnet</c> to ignore an installed <c>redis-server</c>.</summary>
    public const string Variable = "IMAGESERVICE_REDIS";

    /// <summary>In the form of StackExchange.Redis.</summary>
    public string ConnectionString => $"localhost:{Port},password={Password}";

    /// <summary>Starts the server and returns once it answers.</summary>
    /// <exception cref="ResourceStartException">It cannot start; the message says why.</exception>
    public async Task<ChildProcess> StartAsync(ProcessSpawner spawner, Action<string> output, CancellationToken ct)
    {
        Directory.CreateDirectory(Folder);
        var redis = Environment.GetEnvironmentVariable(Variable) == "garnet" ? null : Executables.Find("redis-server");
        LastLines last = new(output);
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
        WritePrivately(file, $"""
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
        var file = Path.Combine(Folder, "garnet.json");
        WritePrivately(file, JsonSerializer.Serialize(new GarnetOptions(Port, Password, Path.Combine(Folder, "checkpoints"))));
        var assembly = typeof(RedisServer).Assembly.Location;
        return new ProcessCommand(Executables.DotNet, ["exec", assembly, GarnetProgram.Verb, file], Folder);
    }

    private static void WritePrivately(string file, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.Write(text);
    }

    private async Task WaitUntilReadyAsync(ChildProcess server, LastLines last, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!await AnswersAsync(limit.Token))
        {
            if (server.Exited.IsCompleted)
                throw new ResourceStartException($"The cache server ended while starting (exit code {await server.Exited}). It said:\n{last}");
            await Task.Delay(TimeSpan.FromMilliseconds(40), limit.Token);
        }
    }

    /// <summary>Whether the server answers <c>PING</c> to this password.</summary>
    public async Task<bool> AnswersAsync(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, ct);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*2\r\n$4\r\nAUTH\r\n${Password.Length}\r\n{Password}\r\n*1\r\n$4\r\nPING\r\n")), ct);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadLineAsync(ct) == "+OK" && await reader.ReadLineAsync(ct) == "+PONG";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
