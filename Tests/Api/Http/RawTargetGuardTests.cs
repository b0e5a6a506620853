using ImageService.Api.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class RawTargetGuardTests
{
    [Theory]
    [InlineData("/v1/organizations/a%2fb", 400)]
    [InlineData("/v1/organizations/a%5Cb", 400)]
    [InlineData("/v1/organizations/%2E%2e/x", 400)]
    [InlineData("/v1/organizations/../x", 400)]
    [InlineData("/v1/organizations/./x", 400)]
    [InlineData("/v1/organizations/a%252fb", 400)]
    [InlineData("/v1/organizations/a%00b", 400)]
    [InlineData("/v1/organizations/a..b/x%20y?redirect=%2f..%2f", 200)]
    public async Task A_path_that_two_could_read_differently_is_400(string target, int status)
    {
        var http = new DefaultHttpContext { RequestServices = new ServiceCollection().BuildServiceProvider() };
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = target;

        await new RawTargetGuard(_ => Task.CompletedTask).InvokeAsync(http);

        http.Response.StatusCode.ShouldBe(status);
    }
}
