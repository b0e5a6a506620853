using System.Collections.Frozen;
using ImageService.Core.Messaging;

namespace ImageService.Worker.Consumers;

/// <summary>Which consumer takes which type of message.</summary>
internal sealed class MessageRoutes(IEnumerable<MessageRoute> routes)
{
    private readonly FrozenDictionary<string, MessageRoute> _routes = routes.ToFrozenDictionary(route => route.Type, StringComparer.Ordinal);

    /// <summary>Every type that is consumed.</summary>
    public IEnumerable<string> Types => _routes.Keys;

    /// <summary>Hands a message to its consumer.</summary>
    /// <exception cref="InvalidOperationException">Nobody consumes this type: a newer writer; the message waits for a newer worker.</exception>
    public Task DispatchAsync(IServiceProvider services, MessageEnvelope message, CancellationToken ct) =>
        _routes.TryGetValue(message.Type, out var route)
            ? route.ConsumeAsync(services, message, ct)
            : throw new InvalidOperationException($"No consumer for messages of type '{message.Type}'.");
}

/// <summary>One row of the table: a type's name and how its text reaches its consumer.</summary>
internal sealed record MessageRoute(string Type, Func<IServiceProvider, MessageEnvelope, CancellationToken, Task> ConsumeAsync);

internal static class MessageRouteServices
{
    /// <summary>Registers the consumer of a message.</summary>
    public static IServiceCollection AddConsumer<TMessage, TConsumer>(this IServiceCollection services)
        where TMessage : IMessage
        where TConsumer : class, IConsumer<TMessage>
    {
        services.AddScoped<TConsumer>();
        return services.AddSingleton(new MessageRoute(
            TMessage.Type,
            (provider, message, ct) => provider.GetRequiredService<TConsumer>().ConsumeAsync(Messages.Read<TMessage>(message.Body), message.Id, ct)));
    }
}
