using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Messaging;

/// <summary>
/// Where the chosen broker is: <c>ConnectionStrings:queue</c>, else its own section. A broker without an address stops the start, not the first message.
/// </summary>
internal sealed class MessagingConnection(IConfiguration configuration) : IValidateOptions<MessagingOptions>
{
    public ValidateOptionsResult Validate(string? name, MessagingOptions options) => options.Provider switch
    {
        "rabbitmq" when Missing("RabbitMq:ConnectionString") => Fail(options, "Messaging:RabbitMq:ConnectionString to amqp://user:password@host"),
        "servicebus" when Missing("ServiceBus:ConnectionString") && Missing("ServiceBus:Namespace") =>
            Fail(options, "Messaging:ServiceBus:Namespace to example.servicebus.windows.net"),
        "pubsub" when Missing("PubSub:Project") => Fail(options, "Messaging:PubSub:Project to a project's id"),
        "pubsub" when options.MaxDeliveries >= PubSubQueue.MaxAttempts =>
            ValidateOptionsResult.Fail("Messaging:MaxDeliveries must be below 100 with pubsub, which counts no further."),
        _ => ValidateOptionsResult.Success,
    };

    /// <summary>Adds a broker's section, over which <c>ConnectionStrings:queue</c> goes where that broker is the chosen one.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="provider">The broker's name in <c>Messaging:Provider</c>.</param>
    /// <param name="section">Its section.</param>
    /// <param name="read">Takes a connection string over; null for one of <c>key=value</c> pairs that are the section's keys.</param>
    public static void AddBroker<TOptions>(
        IServiceCollection services, string provider, string section, Action<TOptions, string>? read = null)
        where TOptions : class =>
        services.AddOptions<TOptions>().BindConfiguration(section).Configure<IConfiguration>((options, configuration) =>
        {
            var chosen = configuration[$"{MessagingOptions.Section}:{nameof(MessagingOptions.Provider)}"] == provider;
            if (!chosen || configuration.GetConnectionString("queue") is not { Length: > 0 } text)
                return;
            if (read is null)
                Pairs(text).Bind(options);
            else read(options, text);
        }).ValidateDataAnnotations().ValidateOnStart();

    private static IConfiguration Pairs(string text)
    {
        var pairs = new DbConnectionStringBuilder { ConnectionString = text };
        var values = pairs.Keys.Cast<string>().Select(key => KeyValuePair.Create(key, pairs[key].ToString()));
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    private static ValidateOptionsResult Fail(MessagingOptions options, string example) =>
        ValidateOptionsResult.Fail($"Messaging:Provider is {options.Provider} but there is no address: set ConnectionStrings:queue, or {example}.");

    private bool Missing(string key) =>
        string.IsNullOrEmpty(configuration.GetConnectionString("queue")) && string.IsNullOrEmpty(configuration[$"{MessagingOptions.Section}:{key}"]);
}
