using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using ImageService.Core.Access;
using ImageService.Core.Identity;
using ImageService.Core.Secrets;
using ImageService.Core.Tenancy;

namespace ImageService.Api.Authentication;

/// <summary>
/// Credentials for a page's script: they carry files, archives and addresses into one space, tell what becomes of an archive and do nothing else, for a
/// quarter of an hour, and only as long as the session behind them lives and its person may still write there.
/// Nothing is stored: a ticket is sealed under the master key.
/// </summary>
internal sealed class UploadTickets(SecretProtector protector, SessionBook sessions, TimeProvider clock)
{
    /// <summary>What every ticket begins with.</summary>
    public const string Prefix = "imu_";

    private const string Context = "upload-ticket";
    private const int MaxLength = 2000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>A ticket for a space, and when it ends.</summary>
    public (string Ticket, DateTimeOffset ExpiresAt) Issue(SignedInUser person, SpaceScope space)
    {
        var expires = clock.GetUtcNow() + Life;
        var content = new Content
        {
            SessionId = person.SessionId,
            Organization = space.OrganizationSlug,
            TenantId = space.TenantId,
            SpaceId = space.SpaceId,
            ExpiresUnixSeconds = expires.ToUnixTimeSeconds(),
        };
        var sealedTicket = protector.Protect(JsonSerializer.SerializeToUtf8Bytes(content), Context);
        return (Prefix + Base64Url.EncodeToString(sealedTicket), expires);
    }

    /// <summary>
    /// The person as a caller who may upload into the ticket's space and nothing else; null for a ticket that is not ours, too old, or no longer backed.
    /// </summary>
    public async Task<Caller?> OpenAsync(string presented, CancellationToken ct)
    {
        if (Read(presented) is not { } content || content.ExpiresUnixSeconds <= clock.GetUtcNow().ToUnixTimeSeconds()
            || await sessions.FindByIdAsync(content.SessionId, ct) is not { } person
            || !Credentials.Within(person, content.Organization).TryGet(out var caller, out _)
            || !caller.May(Scopes.ImageWrite, content.TenantId, content.SpaceId))
            return null;

        // Of what asks for reading, a ticket opens the progress of imports alone.
        HashSet<string> scopes = new(StringComparer.Ordinal) { Scopes.ImageWrite };
        if (caller.May(Scopes.ImageRead, content.TenantId, content.SpaceId))
            scopes.Add(Scopes.ImageRead);
        return caller with
        {
            TenantId = content.TenantId,
            SpaceId = content.SpaceId,
            Scopes = scopes,
            Grants = [new Grant(content.TenantId, content.SpaceId, scopes)]
        };
    }

    private Content? Read(string presented)
    {
        var text = presented.AsSpan(Prefix.Length);
        if (presented.Length > MaxLength || !Base64Url.IsValid(text))
            return null;
        try
        {
            return JsonSerializer.Deserialize<Content>(protector.Unprotect(Base64Url.DecodeFromChars(text), Context));
        }
        catch (CryptographicException)
        {
            // Anybody can send a text that was never sealed here.
            return null;
        }
    }

    private sealed record Content
    {
        public required Guid SessionId { get; init; }

        public required string Organization { get; init; }

        public required Guid TenantId { get; init; }

        public required Guid SpaceId { get; init; }

        public required long ExpiresUnixSeconds { get; init; }
    }
}

/// <summary>Marks the routes that a ticket of <see cref="UploadTickets"/> opens.</summary>
internal sealed class TakesUploadTicket;
