using ImageService.AppHost.Running;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

[Trait("Level", "Unit")]
public sealed class ContainerRuntimeTests
{
    [Theory]
    [InlineData("""{"version":"1","containers":{"runtime":"docker","installed":false,"running":false,"error":"exec: not found"}}""", "neither is installed")]
    [InlineData("""{"version":"1","containers":{"runtime":"docker","installed":true,"running":false}}""", "does not answer")]
    public void Without_a_runtime_that_answers_the_message_says_what_to_do(string info, string what)
    {
        var message = Should.Throw<ResourceStartException>(() => ContainerRuntime.Judge(info)).Message;
        message.ShouldContain(what);
        message.ShouldContain("leave --containers out");
    }

    [Fact]
    public void A_runtime_that_answers_will_do() =>
        ContainerRuntime.Judge("""{"version":"1","containers":{"runtime":"podman","installed":true,"running":true}}""");
}
