using System.Diagnostics;
using System.Text.Json;
using ImageService.Core.Errors;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Engine.Isolation;

/// <summary>One decoder process, seen from outside.</summary>
internal sealed class DecoderChild : IDisposable
{
    /// <summary>How the names of decoders' own folders begin, below the system's temporary folder.</summary>
    public const string FolderPrefix = "imageservice-decode-";

    // A reply is a few hundred bytes; a process that writes more has been taken over.
    private const int MaxReplyBytes = 64 << 10;

    // What .NET itself takes beside the pixels.
    private const long RuntimeBytes = 96L << 20;
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(100);

    // How long after its CPU time is up a decoder may take to say so.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);
    private readonly Process _process;
    private readonly string _folder;
    private readonly EngineOptions _options;
    private readonly DecoderMemory _memory;
    private readonly ILogger _log;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private Error? _exceeded;

    private DecoderChild(Process process, string folder, EngineOptions options, DecoderMemory memory, ILogger log) =>
        (_process, _folder, _options, _memory, _log) = (process, folder, options, memory, log);

    /// <summary>Most resident memory so far; 0 once it has ended.</summary>
    public long PeakBytes
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.PeakWorkingSet64;
        }
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>Starts the process in a folder of its own.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">The system starts no process.</exception>
    public static DecoderChild Start(EngineOptions options, DecoderMemory memory, ILogger log)
    {
        var folder = Directory.CreateTempSubdirectory(FolderPrefix).FullName;
        var process = new Process { StartInfo = DecoderProgram.StartInfo(options, folder, options.DecoderMemoryBytes + RuntimeBytes) };
        try
        {
            process.Start();
            return new DecoderChild(process, folder, options, memory, log);
        }
        catch
        {
            process.Dispose();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Sends one request, lets the decoder take the memory it asks for, and waits for its reply.</summary>
    /// <returns>
    /// The reply, or the limit that the process was counted beyond and killed for. <see cref="EngineErrors.DecoderCrashed"/> where it failed by its own doing;
    /// <see cref="EngineErrors.HostFault"/> where time passed without CPU, or it was killed or ended otherwise; <see cref="EngineErrors.Full"/> where
    /// memory did
    /// not come free in time.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<Result<DecodeReply>> AskAsync(DecodeRequest request, TimeProvider time, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(_options.DecoderPatience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var asked = time.GetTimestamp();
        var watch = WatchAsync(CpuSoFar(), time, stop);
        try
        {
            await SendAsync(JsonSerializer.SerializeToUtf8Bytes(request, DecodeJson.Default.DecodeRequest), stop.Token);
            if (await ReadReplyAsync(stop.Token) is not { } first)
                return await DiedAsync();
            if (first.NeedsBytes is not { } needed)
                return first;

            // Waiting is not the decoder's time.
            var left = _options.DecoderPatience - time.GetElapsedTime(asked);
            deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            using var share = await _memory.TakeAsync(needed, _options.DecoderPatience, stop.Token);
            if (share is null)
                return EngineErrors.Full(TimeSpan.FromSeconds(5));
            deadline.CancelAfter(left > Least ? left : Least);
            await SendAsync("go"u8.ToArray(), stop.Token);
            return await ReadReplyAsync(stop.Token) is { } reply ? reply : await DiedAsync();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Log.DecoderKilled(_log, Elapsed, _exceeded?.Detail ?? "no CPU");
            return _exceeded ?? EngineErrors.HostFault();
        }
        catch (Exception broken) when (broken is IOException or JsonException)
        {
            return await DiedAsync();
        }
        finally
        {
            await stop.CancelAsync();
            await watch;
        }
    }

    public void Dispose()
    {
        // It has answered or never will; it starts no processes of its own.
        _process.Kill();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task SendAsync(byte[] line, CancellationToken ct)
    {
        var input = _process.StandardInput.BaseStream;
        await input.WriteAsync(line, ct);
        await input.WriteAsync("\n"u8.ToArray(), ct);
        await input.FlushAsync(ct);
    }

    private async Task<DecodeReply?> ReadReplyAsync(CancellationToken ct) =>
        await ReadLineAsync(ct) is { } line ? JsonSerializer.Deserialize(line, DecodeJson.Default.DecodeReply) : null;

    private async Task<byte[]?> ReadLineAsync(CancellationToken ct)
    {
        var output = _process.StandardOutput.BaseStream;
        var buffer = new byte[MaxReplyBytes];
        for (var length = 0; length < buffer.Length;)
        {
            var read = await output.ReadAsync(buffer.AsMemory(length), ct);
            if (read == 0)
                return null;
            var end = buffer.AsSpan(length, read).IndexOf((byte)'\n');
            if (end >= 0)
                return buffer[..(length + end)];
            length += read;
        }

        return null;
    }

    // The limits that the process sets on itself come first; this is for systems without them, and for a process that was taken over. What is counted is the
    // process's own CPU and memory, so that a busy machine is never the image's fault.
    private async Task WatchAsync(TimeSpan before, TimeProvider time, CancellationTokenSource stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(WatchInterval, time, stop.Token);
                _process.Refresh();
                if (_process.WorkingSet64 > _options.DecoderMemoryBytes + (2 * RuntimeBytes))
                    _exceeded = EngineErrors.TooMuchMemory(null, _options.DecoderMemoryBytes);
                else if (_process.TotalProcessorTime - before > _options.DecoderTimeout + Grace)
                    _exceeded = EngineErrors.TooMuchWork(_options.DecoderTimeout);
                if (_exceeded is not null)
                    await stop.CancelAsync();
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or InvalidOperationException)
        {
            // The answer came, or the process ended between two looks.
            return;
        }
    }

    private TimeSpan CpuSoFar()
    {
        try
        {
            return _process.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            // It has ended already; whoever reads its answer will see.
            return TimeSpan.Zero;
        }
    }

    private async Task<Error> DiedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            var errors = new char[400];
            var length = await _process.StandardError.ReadBlockAsync(errors, patience.Token);
            await _process.WaitForExitAsync(patience.Token);
            Log.DecoderDied(_log, _process.ExitCode, Elapsed, new string(errors, 0, length).ReplaceLineEndings(" "));
            return IsOwnDoing(_process.ExitCode) ? EngineErrors.DecoderCrashed() : EngineErrors.HostFault();
        }
        catch (OperationCanceledException)
        {
            // Alive and without a usable answer; disposal ends it.
            Log.DecoderKilled(_log, Elapsed, "no usable answer");
        }

        return EngineErrors.HostFault();
    }

    // Signals that a process brings upon itself: SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV. Others come from outside: SIGKILL of a system out of
    // memory, say.
    private static bool IsOwnDoing(int exitCode) => exitCode - 128 is 4 or 5 or 6 or 7 or 8 or 11;
}
