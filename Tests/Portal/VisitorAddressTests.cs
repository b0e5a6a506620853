using System.Net;
using ImageService.Portal.Client;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

[Trait("Level", "Unit")]
public sealed class VisitorAddressTests
{
    [Theory]
    [InlineData("203.0.113.7")]
    [InlineData(null)]
    public async Task The_Api_is_told_the_visitor_s_address_where_there_is_a_visitor(string? address)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        using var api = new Recorder();
        using var client = new HttpMessageInvoker(new VisitorAddress(new HttpContextAccessor { HttpContext = http }) { InnerHandler = api });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://api/v1/sessions");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        api.ForwardedFor.ShouldBe(address);
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public string? ForwardedFor { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ForwardedFor = request.Headers.TryGetValues("X-Forwarded-For", out var values) ? values.Single() : null;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
