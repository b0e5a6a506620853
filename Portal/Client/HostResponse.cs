using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record HostResponse(string Hostname, string Dialect, bool AllowUnsigned, bool Lenient, bool HasKeys, HostChallengeResponse? Challenge,
    DateTimeOffset? VerifiedAt, DateTimeOffset CreatedAt);

public sealed record HostChallengeResponse(string DnsRecord, string HttpUrl, string Value);

public sealed record CreateHostRequest(string Hostname, string Dialect, JsonElement? Keys, string? TokenKey, bool AllowUnsigned, bool Lenient)
{
    /// <summary>Never a key.</summary>
    public override string ToString() => Hostname;
}

public sealed record AliasResponse(Guid Id, string Hostname, string Path, string Asset, DateTimeOffset CreatedAt);

public sealed record AliasImportResponse(int Written, IReadOnlyList<RefusedAlias> Refused, int RefusedCount);

public sealed record RefusedAlias(int Line, string Reason);
