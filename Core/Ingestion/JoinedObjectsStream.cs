using ImageService.Core.Storage;

namespace ImageService.Core.Ingestion;

/// <summary>Stored pieces read as one, one after the other; only one is open at a time.</summary>
internal sealed class JoinedObjectsStream(IObjectStore store, IReadOnlyList<string> keys) : ForwardStream
{
    private StoredObject? _open;
    private int _next;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_open is null)
            {
                if (_next == keys.Count)
                    return 0;
                var key = keys[_next++];
                _open = await store.OpenAsync(key, null, cancellationToken) ?? throw new ObjectStoreException($"The piece '{key}' of an upload is gone.");
            }

            var read = await _open.Content.ReadAsync(buffer, cancellationToken);
            if (read > 0)
                return read;
            await _open.DisposeAsync();
            _open = null;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_open is not null)
            await _open.DisposeAsync();
        await base.DisposeAsync();
    }
}
