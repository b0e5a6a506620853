namespace ImageService.Client.AspNetCore;

/// <summary>How an application reaches the service and shows its images; section <c>ImageService</c> of the configuration, usually.</summary>
public sealed class ImageServiceOptions
{
    /// <summary>Base URL of the API. Needed.</summary>
    public Uri? ApiUrl { get; set; }

    /// <summary>The whole <c>X-API-Key</c> value. Needed.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Base URL that browsers load images from, a CDN for example; null: the one in the assets' own URLs.</summary>
    public string? ImagesUrl { get; set; }

    /// <summary>Key of the tenant whose private images are shown; null where there are none.</summary>
    public SigningKey? SigningKey { get; set; }

    /// <summary>
    /// How long signed images work at least, from a minute to a day; the end is rounded up to its multiple, so that pages share URLs and caches. Default: an
    /// hour.
    /// </summary>
    public TimeSpan SignedFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Candidates of a <c>srcset</c>, px. Empty: <see cref="Srcset.Widths"/>.</summary>
    public IList<int> Widths { get; } = [];

    /// <summary>What is wrong and how to mend it; null where all holds.</summary>
    internal string? Fault()
    {
        if (ApiUrl is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            return "ImageService:ApiUrl is missing: set it to the service's base URL, such as https://images.example.com.";
        if (string.IsNullOrWhiteSpace(ApiKey))
            return "ImageService:ApiKey is missing: set it to a key of the API, as it was shown when it was made.";
        if (SignedFor < TimeSpan.FromMinutes(1) || SignedFor > TimeSpan.FromDays(1))
            return "ImageService:SignedFor is a time from 00:01:00 to 1.00:00:00.";
        if (Widths.Any(width => width is < 1 or > 8192))
            return "ImageService:Widths has widths from 1 to 8192.";
        try
        {
            _ = SigningKey is null ? null : new ImageUrlSigner(SigningKey);
            return null;
        }
        catch (ArgumentException)
        {
            return "ImageService:SigningKey:Secret is base64url of 32 bytes, as the API showed it when the key was made.";
        }
    }
}
