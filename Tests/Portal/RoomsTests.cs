using System.Net;
using System.Security.Claims;
using System.Text;
using ImageService.Portal.Client;
using ImageService.Portal.Workspaces;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>What a viewer finds, in the side bar and by an address that somebody gave him.</summary>
[Trait("Level", "Unit")]
public sealed class RoomsTests
{
    [Theory]
    [InlineData("/o/acme/api-keys", false)]
    [InlineData("/o/acme/webhooks/0197", false)]
    [InlineData("/o/acme/website/marketing/settings", false)]
    [InlineData("/system", false)]
    [InlineData("/o/acme/website/marketing", true)]
    [InlineData("/o/acme/website/marketing/i/01H", true)]
    [InlineData("/o/acme/usage", true)]
    [InlineData("/o/acme", true)]
    [InlineData("/account", true)]
    public async Task A_page_that_a_role_does_not_open_is_closed_by_its_address_too(string path, bool open) =>
        Rooms.IsOpen(await ViewerAsync(), path).ShouldBe(open);

    [Fact]
    public async Task The_side_bar_leads_to_open_pages_only()
    {
        var workspace = await ViewerAsync();
        var rooms = Rooms.OfOrganization(workspace, "acme").Concat(Rooms.OfSpace(workspace, new Level("acme", "website", "marketing"))).ToList();
        rooms.ShouldAllBe(room => Rooms.IsOpen(workspace, room.Address));
        rooms.Select(room => room.Name).ShouldNotContain("Settings");
        rooms.Select(room => room.Name).ShouldContain("Playground");
    }

    private static async Task<Workspace> ViewerAsync()
    {
        var session = new PortalSession(null!);
        session.Use(new ClaimsPrincipal(new ClaimsIdentity()));
        var workspace = new Workspace(new ImageServiceClient(new HttpClient(new Viewer()) { BaseAddress = new Uri("http://api.example") }, session));
        (await workspace.LoadAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        return workspace;
    }

    private sealed class Viewer : HttpMessageHandler
    {
        private const string Me =
            """
            {"id":"01970000-0000-7000-8000-000000000000","email":"v@acme.example","name":"V","hasPassword":true,"totpEnabled":false,"recoveryCodesLeft":0,
            "administrator":false,
            "memberships":[{"organization":"acme","organizationName":"Acme","role":"viewer","scopes":["image:read","usage:read"]}]}
            """;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(Me, Encoding.UTF8, "application/json") });
    }
}
