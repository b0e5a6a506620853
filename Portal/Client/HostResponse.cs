using System.Text.Json;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record HostResponse
{
    public required string Hostname { get; init; }

    public required string Dialect { get; init; }

    public required bool AllowUnsigned { get; init; }

    public required bool Lenient { get; init; }

    public required bool HasKeys { get; init; }

    public required HostChallengeResponse? Challenge { get; init; }

    public required DateTimeOffset? VerifiedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public sealed record HostChallengeResponse(string DnsRecord, string HttpUrl, string Value);

public sealed record CreateHostRequest
{
    public required string Hostname { get; init; }

    public required string Dialect { get; init; }

    public required JsonElement? Keys { get; init; }

    public required string? TokenKey { get; init; }

    public required bool AllowUnsigned { get; init; }

    public required bool Lenient { get; init; }

    /// <summary>Never a key.</summary>
    public override string ToString() => Hostname;
}

public sealed record AliasResponse
{
    public required Guid Id { get; init; }

    public required string Hostname { get; init; }

    public required string Path { get; init; }

    public required string Asset { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public sealed record AliasImportResponse(int Written, IReadOnlyList<RefusedAlias> Refused, int RefusedCount);

public sealed record RefusedAlias(int Line, string Reason);
