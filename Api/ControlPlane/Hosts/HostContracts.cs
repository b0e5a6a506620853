using System.Text.Json;
using ImageService.Core.Dialects;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Hosts;

/// <summary>A host name of one's own.</summary>
/// <param name="Hostname">Such as <c>images.example.com</c>.</param>
/// <param name="Dialect">Whose URLs it understands.</param>
/// <param name="Keys">Keys of the dialect's signatures: imgproxy <c>[{key, salt, size?}]</c> in hex, thumbor and imgix <c>["…"]</c>, Cloudinary
/// <c>[{secret, algorithm?, length?}]</c>. Never shown again.</param>
/// <param name="TokenKey">Cloudinary's key of expiring tokens, hex.</param>
/// <param name="AllowUnsigned">Whether URLs without a signature reach public images, in dialects that have signatures.</param>
/// <param name="Lenient">Whether options without a counterpart are dropped instead of refused.</param>
internal sealed record CreateHostRequest(string? Hostname, UrlDialect? Dialect, JsonElement? Keys, string? TokenKey, bool? AllowUnsigned, bool? Lenient);

/// <summary>Changes to a host; what is left out stays. <c>keys</c> replaces all keys.</summary>
internal sealed record UpdateHostRequest(JsonElement? Keys, string? TokenKey, bool? AllowUnsigned, bool? Lenient);

/// <summary>A host, without its keys.</summary>
/// <param name="Hostname">Lower case.</param>
/// <param name="Dialect">Whose URLs it understands.</param>
/// <param name="AllowUnsigned">Whether URLs without a signature reach public images.</param>
/// <param name="Lenient">Whether options without a counterpart are dropped.</param>
/// <param name="HasKeys">Whether keys are set.</param>
/// <param name="Challenge">What proves that the name is yours; null once it was proved.</param>
/// <param name="VerifiedAt">When it was; null: not served yet.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record HostResponse(
    string Hostname, UrlDialect Dialect, bool AllowUnsigned, bool Lenient, bool HasKeys, HostChallengeResponse? Challenge, DateTimeOffset? VerifiedAt,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static HostResponse Of(DialectHost host) => new(
        host.Hostname, host.Dialect, host.AllowUnsigned, host.Lenient, host.ProtectedKeys is not null,
        host.VerifiedAt is null
            ? new HostChallengeResponse(HostChallenge.RecordName(host.Hostname), HostChallenge.FileUrl(host.Hostname), host.Challenge) : null,
        host.VerifiedAt, host.CreatedAt, host.UpdatedAt);
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
internal sealed record AliasResponse(Guid Id, string Hostname, string Path, string Asset, DateTimeOffset CreatedAt)
{
    public static AliasResponse Of(AssetAlias alias) => new(alias.Id, alias.Hostname, alias.Path, new AssetId(alias.AssetId).ToString(), alias.CreatedAt);
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
