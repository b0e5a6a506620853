using System.Text.Json;
using ImageService.Core.Dialects;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Hosts;

/// <summary>A host name of one's own.</summary>
internal sealed record CreateHostRequest
{
    /// <summary>Such as <c>images.example.com</c>.</summary>
    public string? Hostname { get; init; }

    /// <summary>Whose URLs it understands.</summary>
    public UrlDialect? Dialect { get; init; }

    /// <summary>
    /// Keys of the dialect's signatures: imgproxy <c>[{key, salt, size?}]</c> in hex, thumbor and imgix <c>["…"]</c>, Cloudinary <c>[{secret, algorithm?,
    /// length?}]</c>. Never shown again.
    /// </summary>
    public JsonElement? Keys { get; init; }

    /// <summary>Cloudinary's key of expiring tokens, hex.</summary>
    public string? TokenKey { get; init; }

    /// <summary>Whether URLs without a signature reach public images, in dialects that have signatures.</summary>
    public bool? AllowUnsigned { get; init; }

    /// <summary>Whether options without a counterpart are dropped instead of refused.</summary>
    public bool? Lenient { get; init; }
}

/// <summary>Changes to a host; what is left out stays. <c>keys</c> replaces all keys.</summary>
internal sealed record UpdateHostRequest(JsonElement? Keys, string? TokenKey, bool? AllowUnsigned, bool? Lenient);

/// <summary>A host, without its keys.</summary>
internal sealed record HostResponse
{
    /// <summary>Lower case.</summary>
    public required string Hostname { get; init; }

    /// <summary>Whose URLs it understands.</summary>
    public required UrlDialect Dialect { get; init; }

    /// <summary>Whether URLs without a signature reach public images.</summary>
    public required bool AllowUnsigned { get; init; }

    /// <summary>Whether options without a counterpart are dropped.</summary>
    public required bool Lenient { get; init; }

    /// <summary>Whether keys are set.</summary>
    public required bool HasKeys { get; init; }

    /// <summary>What proves that the name is yours; null once it was proved.</summary>
    public required HostChallengeResponse? Challenge { get; init; }

    /// <summary>When it was; null: not served yet.</summary>
    public required DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    public static HostResponse Of(DialectHost host) => new()
    {
        Hostname = host.Hostname,
        Dialect = host.Dialect,
        AllowUnsigned = host.AllowUnsigned,
        Lenient = host.Lenient,
        HasKeys = host.ProtectedKeys is not null,
        Challenge = host.VerifiedAt is null
            ? new HostChallengeResponse(HostChallenge.RecordName(host.Hostname), HostChallenge.FileUrl(host.Hostname), host.Challenge) : null,
        VerifiedAt = host.VerifiedAt,
        CreatedAt = host.CreatedAt,
        UpdatedAt = host.UpdatedAt,
    };
}

/// <summary>One of both proves that a name is yours.</summary>
/// <param name="DnsRecord">Name of a TXT record.</param>
/// <param name="HttpUrl">A file that the name's present server shows.</param>
/// <param name="Value">What either holds.</param>
internal sealed record HostChallengeResponse(string DnsRecord, string HttpUrl, string Value);

/// <summary>An old name of an asset.</summary>
/// <param name="Hostname">The host on which it stands.</param>
/// <param name="Path">Decoded once, without its leading slash; for Cloudinary the public id without extension.</param>
/// <param name="Asset">The asset's id.</param>
internal sealed record CreateAliasRequest(string? Hostname, string? Path, string? Asset);

/// <summary>An old name that is known.</summary>
internal sealed record AliasResponse
{
    public required Guid Id { get; init; }

    public required string Hostname { get; init; }

    public required string Path { get; init; }

    public required string Asset { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static AliasResponse Of(AssetAlias alias) => new()
    {
        Id = alias.Id,
        Hostname = alias.Hostname,
        Path = alias.Path,
        Asset = new AssetId(alias.AssetId).ToString(),
        CreatedAt = alias.CreatedAt,
    };
}

/// <summary>What became of a list of old names.</summary>
/// <param name="Written">Names that are known now.</param>
/// <param name="Refused">Lines that are not, with the reason; the first hundred.</param>
/// <param name="RefusedCount">How many.</param>
internal sealed record AliasImportResponse(int Written, IReadOnlyList<RefusedAlias> Refused, int RefusedCount);

/// <summary>A line that was not taken.</summary>
/// <param name="Line">From 1, the header being the first.</param>
/// <param name="Reason">Why.</param>
internal sealed record RefusedAlias(int Line, string Reason);
