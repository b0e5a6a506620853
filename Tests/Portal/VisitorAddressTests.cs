using System.Net;
using ImageService.Portal.Client;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Internal;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

[Trait("Level", "Unit")]
public sealed class VisitorAddressTests
{
    [Theory]
    [InlineData("203.0.113.7", "Development", null)]
    [InlineData(null, "Development", null)]
    [InlineData("203.0.113.7", "Production", "https")]
    public async Task The_Api_is_told_the_visitor_s_address_where_there_is_a_visitor_and_that_production_is_reached_by_https(string? address,
        string environment, string? scheme)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        using var api = new Recorder();
        using var client = new HttpMessageInvoker(
            new VisitorAddress(new HttpContextAccessor { HttpContext = http },
                new HostingEnvironment { EnvironmentName = environment })
            { InnerHandler = api });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://api/v1/sessions");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        api.ForwardedFor.ShouldBe(address);
        api.ForwardedProto.ShouldBe(scheme);
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public string? ForwardedFor { get; private set; }

        public string? ForwardedProto { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ForwardedFor = request.Headers.TryGetValues("X-Forwarded-For", out var values) ? values.Single() : null;
            ForwardedProto = request.Headers.TryGetValues("X-Forwarded-Proto", out var schemes) ? schemes.Single() : null;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
