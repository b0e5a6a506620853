using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Messaging;

/// <summary>A broker without an address stops the start, not the first message.</summary>
internal sealed class MessagingConnection(IConfiguration configuration) : IValidateOptions<MessagingOptions>
{
    public ValidateOptionsResult Validate(string? name, MessagingOptions options) => options.Provider switch
    {
        "rabbitmq" when Missing(RabbitMqOptions.Section + ":ConnectionString") =>
            ValidateOptionsResult.Fail("Messaging:Provider is rabbitmq but there is no address: set ConnectionStrings:queue or Messaging:RabbitMq:ConnectionString to amqp://user:password@host."),
        _ => ValidateOptionsResult.Success,
    };

    private bool Missing(string key) => string.IsNullOrEmpty(configuration.GetConnectionString("queue")) && string.IsNullOrEmpty(configuration[key]);
}
