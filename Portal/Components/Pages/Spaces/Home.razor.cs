using ImageService.Portal.Client;
using Microsoft.AspNetCore.Components;

namespace ImageService.Portal.Components.Pages.Spaces;

/// <summary>The start page: the organization's spaces, or the person's organizations where there are several.</summary>
public sealed partial class Home : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _leave = new();
    private Dictionary<string, string> _organizations = new(StringComparer.Ordinal);
    private IReadOnlyList<(TenantResponse Tenant, IReadOnlyList<SpaceResponse> Spaces)>? _places;
    private string? _organization;
    private ApiProblem? _problem;

    /// <summary>Slug; null on the start page.</summary>
    [Parameter]
    public string? Organization { get; set; }

    public void Dispose()
    {
        _leave.Cancel();
        _leave.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        // The first rendering shows the page's outline; asking the Api twice would gain nothing.
        if (RendererInfo.IsInteractive) await LoadAsync();
    }

    private static string AccessText(SpaceResponse space) => space.DefaultAccess switch
    {
        "private" => "New images are private",
        "public" => "New images are public",
        _ => "Access as the policy says",
    };

    private string NameOf(string slug) => _organizations.GetValueOrDefault(slug, slug);

    private async Task LoadAsync()
    {
        (_problem, _places) = (null, null);
        var me = await Client.GetMeAsync(_leave.Token);
        if (!me.IsSuccess)
        {
            _problem = me.Problem;
            return;
        }

        _organizations = me.Value.Memberships.DistinctBy(membership => membership.Organization)
            .ToDictionary(membership => membership.Organization, membership => membership.OrganizationName, StringComparer.Ordinal);
        _organization = Organization ?? (_organizations.Count == 1 ? _organizations.Keys.Single() : null);
        _places = _organization is null ? [] : await LoadPlacesAsync(_organization);
    }

    private async Task<IReadOnlyList<(TenantResponse, IReadOnlyList<SpaceResponse>)>?> LoadPlacesAsync(string organization)
    {
        var tenants = await Client.ListTenantsAsync(organization, _leave.Token);
        if (!tenants.IsSuccess)
        {
            _problem = tenants.Problem;
            return null;
        }

        List<(TenantResponse, IReadOnlyList<SpaceResponse>)> places = [];
        foreach (var tenant in tenants.Value)
        {
            var spaces = await Client.ListSpacesAsync(organization, tenant.Slug, _leave.Token);
            if (!spaces.IsSuccess)
            {
                _problem = spaces.Problem;
                return null;
            }

            if (spaces.Value.Count > 0) places.Add((tenant, spaces.Value));
        }

        return places;
    }
}
