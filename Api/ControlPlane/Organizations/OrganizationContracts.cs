using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Organizations;

/// <summary>A new organization.</summary>
/// <param name="Slug">Its name in URLs; cannot be changed.</param>
/// <param name="Name">Its name for people.</param>
internal sealed record CreateOrganizationRequest(string? Slug, string? Name);

/// <summary>Changes to an organization; what is left out stays.</summary>
internal sealed record UpdateOrganizationRequest(string? Name);

/// <summary>An organization.</summary>
internal sealed record OrganizationResponse
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static OrganizationResponse Of(Organization organization) =>
        new()
        {
            Id = organization.Id,
            Slug = organization.Slug,
            Name = organization.Name,
            CreatedAt = organization.CreatedAt,
            UpdatedAt = organization.UpdatedAt,
        };
}

/// <summary>An organization just created.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Slug">Its slug.</param>
/// <param name="Name">Its name.</param>
/// <param name="ApiKey">Its first API key, all scopes; shown once and never again.</param>
internal sealed record OrganizationCreatedResponse(Guid Id, string Slug, string Name, string ApiKey);
