namespace ImageService.Core.Quotas;

/// <summary>A transform taken from the month's quota. Unless <see cref="Ran"/> is said, disposing it gives the transform back.</summary>
public sealed class TransformLease(Func<Task>? giveBack) : IAsyncDisposable
{
    private Func<Task>? _giveBack = giveBack;

    /// <summary>A transform that counts against nothing.</summary>
    public static TransformLease Free => new(null);

    /// <summary>The transform ran, whatever came of it: it counts.</summary>
    public void Ran() => _giveBack = null;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _giveBack, null) is { } giveBack)
            await giveBack();
    }
}
