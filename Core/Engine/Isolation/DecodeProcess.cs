using System.Collections.Concurrent;
using System.Text.Json;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// The inside of the isolated decoder: reads one request a line from standard input, says on standard output what it will take, waits for a line that lets it,
/// answers one line, and ends when the
/// input ends, at once and whatever it is doing, so that it never outlives the service that started it.
/// </summary>
public static class DecodeProcess
{
    /// <summary>The argument that makes a host run as a decoder. Nothing else of the host must have been started.</summary>
    public const string Verb = "decode-original";

    /// <summary>Runs until standard input ends.</summary>
    /// <param name="args">The host's arguments: the verb and the most bytes of memory it may take.</param>
    /// <returns>The exit code, 0.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        if (args.Length > 1 && long.TryParse(args[1], out var memory))
            ProcessLimits.Apply(memory);
        var requests = new BlockingCollection<string>();
        new Thread(() => Listen(requests)) { IsBackground = true, Name = "requests" }.Start();
        using var output = Console.OpenStandardOutput();
        foreach (var line in requests.GetConsumingEnumerable())
        {
            var request = JsonSerializer.Deserialize(line, DecodeJson.Default.DecodeRequest) ?? throw new InvalidDataException("A request must be a JSON object.");
            Send(output, Decode(request, needed =>
            {
                Send(output, new DecodeReply { NeedsBytes = needed });
                _ = requests.Take();
            }));
        }

        return Task.FromResult(0);
    }

    private static void Send(Stream output, DecodeReply reply)
    {
        output.Write(JsonSerializer.SerializeToUtf8Bytes(reply, DecodeJson.Default.DecodeReply));
        output.Write("\n"u8);
        output.Flush();
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
            return OriginalReader.Read(request, admit).TryGet(out var reply, out var error) ? reply : DecodeReply.Of(error);
        }
        catch (OutOfMemoryException)
        {
            return DecodeReply.Of(EngineErrors.TooMuchMemory());
        }
    }
}
