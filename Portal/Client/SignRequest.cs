namespace ImageService.Portal.Client;

internal sealed record SignRequest(string Url, long? TtlSeconds);

internal sealed record SignResponse(string Url, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the URL.</summary>
    public override string ToString() => nameof(SignResponse);
}
