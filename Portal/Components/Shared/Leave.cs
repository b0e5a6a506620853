namespace ImageService.Portal.Components.Shared;

/// <summary>
/// Ends what a component does once it is left. Unlike that of a <see cref="CancellationTokenSource"/>, its token can be read afterwards, too: work that was
/// under way then finds itself cancelled, and does not fail on the page that came next.
/// </summary>
internal sealed class Leave : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    public Leave() => Token = _source.Token;

    public CancellationToken Token { get; }

    public bool IsCancellationRequested => Token.IsCancellationRequested;

    public void Cancel() => _source.Cancel();

    public Task CancelAsync() => _source.CancelAsync();

    public void Dispose() => _source.Dispose();
}
