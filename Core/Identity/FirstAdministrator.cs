using System.Diagnostics;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Identity;

/// <summary>
/// Makes the first owner and organization of a new installation from configuration, as soon as the registry answers. An account or an owner that exists is
/// never changed.
/// </summary>
public sealed class FirstAdministrator(
    RegistryFactory registry, Accounts accounts, IOptions<FirstAdministratorOptions> options, TimeProvider clock,
    ILogger<FirstAdministrator> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Email.Length == 0)
            return;
        while (true)
        {
            try
            {
                await EnsureAsync(stoppingToken);
                Log.FirstAdministratorReady(logger, options.Value.OrganizationSlug);
                return;
            }
            catch (Exception failure) when (RegistryFailure.IsUnavailable(failure))
            {
                Log.FirstAdministratorDelayed(logger, failure);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    private async Task EnsureAsync(CancellationToken ct)
    {
        var settings = options.Value;
        if (!EmailAddress.TryParse(settings.Email, out var email) || !Slug.TryParse(settings.OrganizationSlug, out var slug))
            throw new UnreachableException("The options are judged at start.");
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // Several replicas start at once.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('first administrator', 0))", ct);
        var organization = await db.Organizations.SingleOrDefaultAsync(row => row.Slug == slug.Value && row.DeletedAt == null, ct);
        if (organization is null)
        {
            organization = new Organization { Slug = slug.Value, Name = slug.Value, CreatedAt = now, UpdatedAt = now };
            db.Organizations.Add(organization);
        }

        var user = await db.Users.SingleOrDefaultAsync(row => row.Email == email.Value, ct);
        if (user is null)
        {
            var made = await accounts.NewAsync(email, name: null, settings.Password, ct);
            user = made.IsSuccess ? made.Value : throw new InvalidOperationException($"{FirstAdministratorOptions.Section}:Password: {made.Error.Detail}");
            user.IsAdministrator = true;
            db.Users.Add(user);
        }

        if (!await db.Members.AnyAsync(row => row.OrganizationId == organization.Id && row.Role == Role.Owner && row.AcceptedAt != null, ct))
            db.Members.Add(new Member
            {
                OrganizationId = organization.Id, Email = email.Value, Role = Role.Owner, UserId = user.Id, CreatedAt = now,
                AcceptedAt = now
            });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }
}

/// <summary>
/// The first owner of a new installation, who also sees the installation itself, from configuration. Section <c>Access:FirstAdministrator</c>.
/// </summary>
public sealed class FirstAdministratorOptions
{
    public const string Section = "Access:FirstAdministrator";

    /// <summary>E-mail address; empty (the default): nobody is made.</summary>
    public string Email { get; set; } = "";

    /// <summary>
    /// Password for the first sign-in, 10 to 128 characters. Only used while the account does not exist: change it at the first sign-in and take it out of
    /// the configuration.
    /// </summary>
    public string Password { get; set; } = "";

    /// <summary>Slug of the organization this person owns; made where it does not exist.</summary>
    public string OrganizationSlug { get; set; } = "";

    /// <summary>Whether nobody is to be made, or what is needed for it is there.</summary>
    internal bool AreComplete => Email.Length == 0 || (EmailAddress.TryParse(Email, out _) && Slug.TryParse(OrganizationSlug, out _));

    /// <summary>Never the password.</summary>
    public override string ToString() => $"{Email} of {OrganizationSlug}";
}
