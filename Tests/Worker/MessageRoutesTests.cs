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
    public void Every_kind_of_message_has_its_consumer_and_no_two_share_a_name()
    {
        var services = new ServiceCollection();
        services.AddWorker(new ConfigurationBuilder().Build());
        var consumed = services.Select(service => service.ImplementationInstance).OfType<MessageRoute>().Select(route => route.Type).ToList();
        var known = typeof(IMessage).Assembly.GetTypes().Where(type => type is { IsClass: true } && type.IsAssignableTo(typeof(IMessage)))
            .Select(type => (string)type.GetProperty(nameof(IMessage.Type))!.GetValue(null)!).ToList();
        known.ShouldBeUnique();
        consumed.ShouldBe(known, ignoreOrder: true);
    }

    [Fact]
    public async Task A_message_of_an_unknown_type_is_not_swallowed()
    {
        var routes = new MessageRoutes([]);
        var failure = await Should.ThrowAsync<InvalidOperationException>(
            () => routes.DispatchAsync(new ServiceCollection().BuildServiceProvider(), new MessageEnvelope(Guid.Empty, Guid.Empty, "from_the_future", "{}"), CancellationToken.None));
        failure.Message.ShouldContain("from_the_future");
    }
}
