using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Storage;

/// <summary>
/// Whether the object store takes writes, found out by writing: a small object of this machine's, removed at once. Asked at most every ten seconds however
/// many want to know, and a store that hangs
/// is asked once: readiness and uploads share the answer.
/// </summary>
public sealed class StoreProbe(IObjectStore store, TimeProvider time)
{
    /// <summary>Free space of a local disk below which uploads are refused, bytes: about one upload of the default size.</summary>
    public const long MinFreeBytes = 64L << 20;

    private const int ProbeBytes = 4096;

    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FailureKeptFor = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string _key = ObjectKey.Probe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName)).AsSpan(0, 8)));
    private readonly Lock _lock = new();
    private Task<string?>? _look;
    private long _began;

    /// <summary>What is wrong, in words for the operator; null where the store takes writes. Takes five seconds at most.</summary>
    public async Task<string?> JudgeAsync(CancellationToken ct)
    {
        var (look, left) = Look();
        try
        {
            return await look.WaitAsync(left, time, ct);
        }
        catch (TimeoutException)
        {
            return $"The object store has not answered for {Patience.TotalSeconds:0} s.";
        }
    }

    /// <summary>The look under way or still good, and how long it may be waited for. One that hangs is not followed by others.</summary>
    private (Task<string?> Look, TimeSpan Left) Look()
    {
        lock (_lock)
        {
            if (_look is null || (_look.IsCompleted
                && time.GetElapsedTime(_began) > (_look is { IsCompletedSuccessfully: true, Result: null } ? KeptFor : FailureKeptFor)))
#pragma warning disable RS0030 // A store that hangs before its first await would hold the lock.
                (_began, _look) = (time.GetTimestamp(), Task.Run(LookAsync));
#pragma warning restore RS0030
            var left = Patience - time.GetElapsedTime(_began);
            return (_look, left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }
    }

    private async Task<string?> LookAsync()
    {
        try
        {
            await store.CheckAsync(CancellationToken.None);
            if (FreeBytes() is < MinFreeBytes and var free)
                return $"The disk of the object store is nearly full: {free >> 20} MiB are free, uploads need {MinFreeBytes >> 20}.";
            await using var content = new MemoryStream(new byte[ProbeBytes]);
            await store.PutAsync(_key, content, "application/octet-stream", CancellationToken.None);
            await store.DeleteAsync(_key, CancellationToken.None);
            return null;
        }
        catch (ObjectStoreException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>Of the disk the objects lie on; null where they are elsewhere.</summary>
    private long? FreeBytes()
    {
        if (store.LocalPathOf(_key) is not { } path)
            return null;
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (!Directory.Exists(folder))
                continue;
            try
            {
                return new DriveInfo(folder).AvailableFreeSpace;
            }
            catch (IOException)
            {
                // What a file system does not tell, the write will.
                return null;
            }
        }

        return null;
    }
}
