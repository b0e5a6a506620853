namespace ImageService.Api.Http;

/// <summary>Answers whose time must not tell what was found: none comes earlier than the slowest way to it usually takes.</summary>
internal static class EvenTime
{
    /// <summary>Of a refused sign-in: a hash, and for an account that exists the counting and the audit lines of its organizations.</summary>
    public static readonly TimeSpan OfSignIn = TimeSpan.FromMilliseconds(500);

    /// <summary>Of a request for a reset link: for an account that exists, a token is stored.</summary>
    public static readonly TimeSpan OfReset = TimeSpan.FromMilliseconds(200);

    /// <summary>Of an image that is not there or not signed: names of places that nobody asked for lately are looked up in the registry.</summary>
    public static readonly TimeSpan OfImage = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until that long after the beginning.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="began">Its timestamp at the beginning.</param>
    /// <param name="least">Shortest time to take.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task EvenOutAsync(this TimeProvider clock, long began, TimeSpan least, CancellationToken ct)
    {
        var left = least - clock.GetElapsedTime(began);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, clock, ct);
    }
}
