using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;
using Amqp.Handler;
using Amqp.Listener;
using Amqp.Sasl;
using Amqp.Types;
using ImageService.Tests.Support.Servers;

namespace ImageService.Tests.Support;

/// <summary>
/// What Azure Service Bus does, as far as a queue needs it, for its real client over the real protocol: peek-lock with lock duration and renewal, abandon,
/// dead-letter with reason, scheduled messages, duplicate detection, peeking. Written from the public protocol guide: a stand-in, not Service Bus.
/// </summary>
internal sealed class ServiceBusHost : IAsyncDisposable
{
    private const uint Batched = 0x80013700;

    private readonly int _port = FreePort.Next();
    private readonly ConcurrentDictionary<string, ServiceBusEntity> _entities = new(StringComparer.Ordinal);
    private ContainerHost _host;
    private CancellationTokenSource _open = new();

    public ServiceBusHost() => _host = Open();

    public string ConnectionString => $"Endpoint=sb://127.0.0.1:{_port};SharedAccessKeyName=app;SharedAccessKey=secret;UseDevelopmentEmulator=true";

    /// <summary>Makes a queue and its sub-queue for dead messages.</summary>
    public void AddQueue(string name, TimeSpan lockDuration)
    {
        var dead = new ServiceBusEntity(lockDuration, dead: null);
        foreach (var (path, entity) in new[] { ($"{name}/$DeadLetterQueue", dead), (name, new ServiceBusEntity(lockDuration, dead)) })
        {
            _entities[path] = entity;
            _host.RegisterRequestProcessor($"{path}/$management", new ServiceBusManagement(entity));
        }
    }

    /// <summary>Cuts everybody off and listens again; messages stay, and locks run out by themselves.</summary>
    public void Restart()
    {
        Close();
        _open = new CancellationTokenSource();
        _host = Open();
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    // The library does not close every link of a connection that is cut off: what is left would go on taking messages for nobody.
    private void Close()
    {
        _open.Cancel();
        _host.Close();
        _open.Dispose();
    }

    private ContainerHost Open()
    {
        var host = new ContainerHost(new Address($"amqp://127.0.0.1:{_port}")) { AddressResolver = (_, attach) => AddressOf(attach) };
        host.Listeners[0].SASL.EnableExternalMechanism = false;
        host.Listeners[0].SASL.EnableMechanism("MSSBCBS", new TokenProfile());
        host.Listeners[0].HandlerFactory = _ => new Wire();
        host.RegisterRequestProcessor("$cbs", new Tokens());
        foreach (var (path, entity) in _entities) host.RegisterRequestProcessor($"{path}/$management", new ServiceBusManagement(entity));
        host.RegisterLinkProcessor(new Links(_entities, _open.Token));
        host.Open();
        return host;
    }

    /// <summary>The node a link is for; the client writes a slash before it.</summary>
    private static string AddressOf(Attach attach)
    {
        var address = attach.Role ? (attach.Source as Source)?.Address : (attach.Target as Target)?.Address;
        return address?.TrimStart('/') ?? "";
    }

    /// <summary>Whoever comes in this way shows a token later.</summary>
    private sealed class TokenProfile() : SaslProfile("MSSBCBS")
    {
        protected override ITransport UpgradeTransport(ITransport transport) => transport;

        protected override DescribedList GetStartCommand(string hostname) => new SaslInit { Mechanism = Mechanism };

        protected override DescribedList OnCommand(DescribedList command) => new SaslOutcome { Code = SaslCode.Ok };
    }

    /// <summary>Takes every token.</summary>
    private sealed class Tokens : IRequestProcessor
    {
        public int Credit => 100;

        public void Process(RequestContext requestContext) => requestContext.Complete(new Message
        {
            ApplicationProperties = new ApplicationProperties { ["status-code"] = 202, ["status-description"] = "Accepted" },
        });
    }

    /// <summary>Says on each link how large a message may be, and names each delivery by its lock.</summary>
    private sealed class Wire : IHandler
    {
        public bool CanHandle(EventId id) => id is EventId.LinkLocalOpen or EventId.SendDelivery;

        public void Handle(Event protocolEvent)
        {
            if (protocolEvent is { Id: EventId.LinkLocalOpen, Context: Attach attach }) attach.MaxMessageSize = 256 * 1024;
            if (protocolEvent is { Id: EventId.SendDelivery, Context: IDelivery delivery })
                delivery.Tag = (delivery.Message.MessageAnnotations?[new Symbol("x-opt-lock-token")] as Guid? ?? Guid.NewGuid()).ToByteArray();
        }
    }

    private sealed class Links(ConcurrentDictionary<string, ServiceBusEntity> entities, CancellationToken cutOff) : ILinkProcessor
    {
        public void Process(AttachContext attachContext)
        {
            var address = AddressOf(attachContext.Attach);
            if (!entities.TryGetValue(address, out var entity))
                attachContext.Complete(new Error(ErrorCode.NotFound) { Description = $"The messaging entity '{address}' could not be found." });
            else if (attachContext.Link.Role)
                attachContext.Complete(new TargetLinkEndpoint(new Incoming(entity), attachContext.Link), 300);
            else
                attachContext.Complete(new ServiceBusOutgoing(entity, attachContext.Link, cutOff), 0);
        }
    }

    private sealed class Incoming(ServiceBusEntity entity) : IMessageProcessor
    {
        public int Credit => 300;

        public void Process(MessageContext messageContext)
        {
            var message = messageContext.Message;
            if (message.Format != Batched) entity.Add(message);
            else foreach (var data in Parts(message)) entity.Add(Message.Decode(new ByteBuffer(data, 0, data.Length, data.Length)));
            messageContext.Complete();
        }

        private static IEnumerable<byte[]> Parts(Message message) => message.BodySection switch
        {
            DataList list => Enumerable.Range(0, list.Count).Select(index => list[index].Binary),
            Data data => [data.Binary],
            _ => [],
        };
    }
}
