using ImageService.Core.Registry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Messaging;

/// <summary>The messaging room's doors. Hosts add the <c>NpgsqlDataSource</c> named <c>registry</c> and RabbitMQ's client themselves.</summary>
public static class MessagingServices
{
    /// <summary>Adds the queue.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddOptions<MessagingOptions>().BindConfiguration(MessagingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<MessagingOptions>, MessagingConnection>();
        services.AddOptions<MessageDestination>()
            .Configure<IOptions<MessagingOptions>>((destination, messaging) => destination.IsOutbox = messaging.Value.UsesBroker);
        MessagingConnection.AddBroker<SqsOptions>(services, "sqs", SqsOptions.Section);
        MessagingConnection.AddBroker<PubSubOptions>(services, "pubsub", PubSubOptions.Section);
        MessagingConnection.AddBroker<ServiceBusOptions>(services, "servicebus", ServiceBusOptions.Section, (options, text) => options.Read(text));
        services.AddSingleton<IMessageQueue>(provider => provider.GetRequiredService<IOptions<MessagingOptions>>().Value.Provider switch
        {
            "rabbitmq" => ActivatorUtilities.CreateInstance<RabbitQueue>(provider),
            "sqs" => ActivatorUtilities.CreateInstance<SqsQueue>(provider),
            "pubsub" => ActivatorUtilities.CreateInstance<PubSubQueue>(provider),
            "servicebus" => ActivatorUtilities.CreateInstance<ServiceBusQueue>(provider),
            _ => ActivatorUtilities.CreateInstance<PostgresQueue>(provider),
        });
        services.AddHealthChecks().AddCheck<QueueHealthCheck>("queue", HealthStatus.Degraded, ["ready"]);
        return services;
    }
}
