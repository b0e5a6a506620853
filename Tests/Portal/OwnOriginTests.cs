using System.Net;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

[Trait("Level", "Integration")]
public sealed class OwnOriginTests(PortalFactory portal) : IClassFixture<PortalFactory>
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("http://localhost", true)]
    [InlineData("https://localhost", true)]
    [InlineData("http://localhost:9000", false)]
    [InlineData("https://localhost.evil.example", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    public async Task Circuits_open_to_the_portals_own_pages_alone(string? origin, bool opens)
    {
        using var client = portal.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(opens ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }
}
