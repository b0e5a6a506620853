using System.Collections.Concurrent;
using System.Text.Json;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// The inside of the isolated decoder: reads one request a line from standard input, says on standard output what it will take, waits for a line that lets it,
/// answers one line, and ends when the input ends, at once and whatever it is doing, so that it never outlives the service that started it. An image that takes
/// more CPU time than it may is refused by the process itself; a fault of the machine (its disk) is no answer about the image, and the process ends without
/// one.
/// </summary>
public static class DecodeProcess
{
    /// <summary>The argument that makes a host run as a decoder. Nothing else of the host must have been started.</summary>
    public const string Verb = "decode-original";

    // EX_TEMPFAIL of <sysexits.h>.
    private const int TemporaryFailure = 75;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs until standard input ends.</summary>
    /// <param name="args">The host's arguments: the verb, the most bytes of memory it may take, and how much it gives way to others (nice).</param>
    /// <returns>The exit code, 0.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        if (args.Length > 1 && long.TryParse(args[1], out var memory))
            ProcessLimits.Apply(memory);
        if (args.Length > 2 && int.TryParse(args[2], out var niceness))
            ThreadNiceness.Set(niceness);
        var requests = new BlockingCollection<string>();
        new Thread(() => Listen(requests)) { IsBackground = true, Name = "requests" }.Start();
        using var output = new Output();
        foreach (var line in requests.GetConsumingEnumerable())
        {
            var request =
                JsonSerializer.Deserialize(line, DecodeJson.Default.DecodeRequest) ?? throw new InvalidDataException("A request must be a JSON object.");
            using var answered = new ManualResetEvent(initialState: false);
            var watch = new Thread(() => WatchCpu(TimeSpan.FromMilliseconds(request.CpuMilliseconds), output, answered)) { IsBackground = true, Name = "cpu" };
            watch.Start();
            output.Send(Decode(request, needed =>
            {
                output.Send(new DecodeReply { NeedsBytes = needed });
                _ = requests.Take();
            }));
            answered.Set();
            watch.Join();
        }

        return Task.FromResult(0);
    }

    // Native decoders cannot be interrupted; the process can.
    private static void WatchCpu(TimeSpan limit, Output output, ManualResetEvent answered)
    {
        var start = Environment.CpuUsage.TotalTime;
        while (!answered.WaitOne(WatchInterval))
        {
            if (Environment.CpuUsage.TotalTime - start > limit)
                output.SendLast(DecodeReply.Of(EngineErrors.TooMuchWork(limit)));
        }
    }

    private static void Listen(BlockingCollection<string> requests)
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        while (input.ReadLine() is { } line)
            requests.Add(line);
        Environment.Exit(0);
    }

    private static DecodeReply Decode(DecodeRequest request, Action<long> admit)
    {
        try
        {
            var read = request.IsFont ? FontReader.Read(request, admit) : OriginalReader.Read(request, admit);
            return read.TryGet(out var reply, out var error) ? reply : DecodeReply.Of(error);
        }
        catch (OutOfMemoryException)
        {
            return DecodeReply.Of(EngineErrors.TooMuchMemory(null, request.MemoryBytes));
        }
        catch (IOException broken)
        {
            Console.Error.WriteLine(broken.Message);
            Environment.Exit(TemporaryFailure);
            throw;
        }
    }

    /// <summary>Standard output; the image's answer and the one that ends the process never mix.</summary>
    private sealed class Output : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly Stream _stream = Console.OpenStandardOutput();

        public void Send(DecodeReply reply)
        {
            lock (_lock)
                Write(reply);
        }

        public void SendLast(DecodeReply reply)
        {
            lock (_lock)
            {
                Write(reply);
                Environment.Exit(0);
            }
        }

        public void Dispose() => _stream.Dispose();

        private void Write(DecodeReply reply)
        {
            _stream.Write(JsonSerializer.SerializeToUtf8Bytes(reply, DecodeJson.Default.DecodeReply));
            _stream.Write("\n"u8);
            _stream.Flush();
        }
    }
}
