using ImageService.Core.Messaging;
using ImageService.Worker;
using ImageService.Worker.Consumers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

[Trait("Level", "Unit")]
public sealed class MessageRoutesTests
{
    [Fact]
    public void Every_consumer_is_registered()
    {
        var services = new ServiceCollection();
        services.AddWorker(new ConfigurationBuilder().Build());
        var consumers = typeof(Consequence).Assembly.GetTypes()
            .Where(type =>
                type is { IsClass: true } && type.GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IConsumer<>)));
        consumers.Except(services.Select(service => service.ServiceType)).ShouldBeEmpty();
        Consequences.All.Select(row => row.Fact).ShouldBeUnique();
    }

    [Fact]
    public async Task A_message_of_an_unknown_type_is_not_swallowed()
    {
        var routes = new MessageRoutes();
        var failure = await Should.ThrowAsync<InvalidOperationException>(
            () =>
                routes.DispatchAsync(new ServiceCollection().BuildServiceProvider(), new MessageEnvelope(Guid.Empty, Guid.Empty, "from_the_future", "{}"),
                    CancellationToken.None));
        failure.Message.ShouldContain("from_the_future");
    }
}
