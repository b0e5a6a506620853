namespace Microsoft.Extensions.Hosting;

/// <summary>The client of the queue that the configuration names.</summary>
public static class QueueClient
{
    /// <summary>Adds the client named <c>queue</c> where <c>Messaging:Provider</c> is <c>rabbitmq</c>; the other queues bring their own.</summary>
    public static void AddQueueClient(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration["Messaging:Provider"] != "rabbitmq")
            return;
        builder.AddRabbitMQClient(
            "queue",
            settings =>
            {
                settings.ConnectionString ??= builder.Configuration["Messaging:RabbitMq:ConnectionString"];
                settings.DisableHealthChecks = true; // The queue has a check of its own, whichever it is.
            },
            factory =>
            {
                factory.AutomaticRecoveryEnabled = false; // The queue makes its connection anew, at the start as after an outage.
                factory.RequestedHeartbeat = TimeSpan.FromSeconds(20);
            });
    }
}
