namespace ImageService.Core.Messaging;

/// <summary>Settings of RabbitMQ.</summary>
public sealed class RabbitMqOptions
{
    public const string Section = "Messaging:RabbitMq";

    /// <summary>
    /// Address with user and password, <c>amqp://user:password@host:5672/vhost</c> (<c>amqps://</c> with TLS), where <c>ConnectionStrings:queue</c> is not
    /// set.
    /// </summary>
    public string? ConnectionString { get; set; }
}
