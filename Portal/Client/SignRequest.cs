namespace ImageService.Portal.Client;

internal sealed record SignRequest(string Url, long? TtlSeconds, string? Scope = null);

internal sealed record SignResponse(string Url, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the URL.</summary>
    public override string ToString() => nameof(SignResponse);
}

internal sealed record ViewRequest(IReadOnlyList<string> Urls);

internal sealed record ViewResponse(IReadOnlyList<ViewItem> Items);

internal sealed record ViewItem(string? Url, DateTimeOffset? ExpiresAt, string? Detail)
{
    /// <summary>Never the URL.</summary>
    public override string ToString() => nameof(ViewItem);
}
