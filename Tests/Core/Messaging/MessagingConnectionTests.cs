using ImageService.Core.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Messaging;

[Trait("Level", "Unit")]
public sealed class MessagingConnectionTests
{
    [Theory]
    [InlineData("rabbitmq", "Messaging:RabbitMq:ConnectionString")]
    [InlineData("pubsub", "Messaging:PubSub:Project")]
    [InlineData("servicebus", "Messaging:ServiceBus:Namespace")]
    public void A_broker_without_an_address_stops_the_start_and_says_what_to_set(string provider, string key) =>
        Should.Throw<OptionsValidationException>(() => Options<MessagingOptions>(("Messaging:Provider", provider))).Message.ShouldContain(key);

    [Fact]
    public void An_unknown_queue_stops_the_start() =>
        Should.Throw<OptionsValidationException>(() => Options<MessagingOptions>(("Messaging:Provider", "kafka")))
            .Message.ShouldContain("postgres, rabbitmq, sqs, pubsub or servicebus");

    [Fact]
    public void Pub_sub_counts_no_further_than_a_hundred_deliveries() =>
        Should.Throw<OptionsValidationException>(() => Options<MessagingOptions>(
            ("Messaging:Provider", "pubsub"), ("Messaging:PubSub:Project", "example"),
            ("Messaging:MaxDeliveries", "100"))).Message.ShouldContain("MaxDeliveries");

    [Fact]
    public void One_connection_string_serves_whichever_broker_is_chosen()
    {
        Options<SqsOptions>(("Messaging:Provider", "sqs"), ("ConnectionStrings:queue", "Region=eu-central-1;ServiceUrl=http://127.0.0.1:4566"))
            .ShouldSatisfyAllConditions(
            sqs => sqs.Region.ShouldBe("eu-central-1"),
            sqs => sqs.ServiceUrl.ShouldBe("http://127.0.0.1:4566"));
        Options<PubSubOptions>(("Messaging:Provider", "pubsub"), ("ConnectionStrings:queue", "Project=example")).Project.ShouldBe("example");
        Bus("example.servicebus.windows.net").Namespace.ShouldBe("example.servicebus.windows.net");
        Bus("Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey=b").ConnectionString.ShouldNotBeNull();
        Options<SqsOptions>(("Messaging:Provider", "postgres"), ("ConnectionStrings:queue", "Region=elsewhere")).Region.ShouldBeNull();
    }

    [Fact]
    public void Half_a_pair_of_keys_stops_the_start() =>
        Should.Throw<OptionsValidationException>(
            () => Options<SqsOptions>(("Messaging:Provider", "sqs"), ("Messaging:Sqs:AccessKey", "a"))).Message.ShouldContain("SecretKey");

    private static ServiceBusOptions Bus(string text) => Options<ServiceBusOptions>(("Messaging:Provider", "servicebus"), ("ConnectionStrings:queue", text));

    private static T Options<T>(params (string Key, string Value)[] settings)
        where T : class
    {
        var configuration =
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddMessaging();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<T>>().Value;
    }
}
