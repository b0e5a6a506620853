using ImageService.Api.Http;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class FailureHandlerTests
{
    public static TheoryData<Exception> Outages =>
    [
        new RegistryUnavailableException("The registry does not answer."),
        new InvalidOperationException("likely due to a transient failure", new NpgsqlException("Exception while reading from stream", new TimeoutException())),
        new NpgsqlException("No suitable host was found."),
        new PostgresException("cannot execute INSERT in a read-only transaction", "ERROR", "ERROR", PostgresErrorCodes.ReadOnlySqlTransaction),
        new PostgresException("terminating connection because of crash of another server process", "WARNING", "WARNING", PostgresErrorCodes.CrashShutdown),
        new PostgresException("terminating connection due to administrator command", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown),
        new ObjectStoreException("The volume is gone."),
        new OperationCanceledException("The time of shared work was up."),
        new TimeoutException(),
    ];

    [Theory]
    [MemberData(nameof(Outages), DisableDiscoveryEnumeration = true)]
    public async Task What_does_not_answer_in_time_is_503_with_a_time_to_come_back(Exception exception)
    {
        var http = await HandleAsync(exception);

        http.Response.StatusCode.ShouldBe(StatusCodes.Status503ServiceUnavailable);
        http.Response.Headers.RetryAfter.ToString().ShouldBe("5");
    }

    [Fact]
    public async Task A_bug_is_500() =>
        (await HandleAsync(new InvalidOperationException("bug"))).Response.StatusCode.ShouldBe(StatusCodes.Status500InternalServerError);

    private static async Task<DefaultHttpContext> HandleAsync(Exception exception)
    {
        var http = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        (await new FailureHandler(NullLogger<FailureHandler>.Instance).TryHandleAsync(http, exception, TestContext.Current.CancellationToken)).ShouldBeTrue();
        return http;
    }
}
