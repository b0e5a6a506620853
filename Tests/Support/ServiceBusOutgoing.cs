using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace ImageService.Tests.Support;

/// <summary>
/// A receiver's link to a queue of <see cref="ServiceBusHost"/>: sends as long as there is credit. The library forgets the credit it has when a flow frame only
/// repeats it, as the client's do, so it is counted here: what the peer allows, beside what the library believes.
/// </summary>
internal sealed class ServiceBusOutgoing : LinkEndpoint
{
    private readonly ServiceBusEntity _entity;
    private readonly ListenerLink _link;
    private readonly CancellationToken _cutOff;
    private readonly Lock _lock = new();
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _credit;
    private int _believed;

    /// <param name="entity">The queue.</param>
    /// <param name="link">The receiver's.</param>
    /// <param name="cutOff">Ends it together with the host, whether or not the link hears of that.</param>
    public ServiceBusOutgoing(ServiceBusEntity entity, ListenerLink link, CancellationToken cutOff)
    {
        (_entity, _link, _cutOff) = (entity, link, cutOff);
        link.AddClosedCallback((_, _) => Wake());
        cutOff.Register(Wake);
        _ = SendAsync();
    }

    public override void OnFlow(FlowContext flowContext)
    {
        lock (_lock)
        {
            _credit = _believed + flowContext.Messages;
            _believed = flowContext.Messages <= 0 ? 0 : _credit;
        }

        Wake();
    }

    public override void OnDisposition(DispositionContext dispositionContext)
    {
        // The library lets go of what a closed link had; Service Bus keeps it locked.
        if (_link.IsClosed) return;
        var token = new Guid(dispositionContext.Message.DeliveryTag);
        var held = dispositionContext.DeliveryState switch
        {
            Accepted => _entity.Complete(token),
            Released => _entity.Release(token),
            Modified modified => _entity.Abandon(token, modified.MessageAnnotations),
            Rejected { Error: { } error } => _entity.DeadLetter(token, Info(error, "DeadLetterReason"), Info(error, "DeadLetterErrorDescription")),
            _ => false,
        };
        if (held) dispositionContext.Complete();
        else dispositionContext.Complete(new Error("com.microsoft:message-lock-lost") { Description = "The lock supplied is invalid." });
    }

    private static string? Info(Error error, string name) => error.Info?[new Symbol(name)] as string;

    private async Task SendAsync()
    {
        while (!_link.IsClosed && !_cutOff.IsCancellationRequested)
        {
            var (woken, changed) = (Woken(), _entity.ChangeAsync());
            if (_link.IsDraining) Drain();
            if (Credit() <= 0) await woken;
            else if (_entity.Take() is { } message) Send(message);
            else await Task.WhenAny(woken, changed);
        }
    }

    private void Drain()
    {
        lock (_lock) (_credit, _believed) = (0, 0);
        _link.CompleteDrain();
    }

    private void Send(Message message)
    {
        lock (_lock)
        {
            _credit--;
            _believed--;
        }

        _link.SendMessage(message);
    }

    private int Credit()
    {
        lock (_lock) return _credit;
    }

    private Task Woken()
    {
        lock (_lock) return _woken.Task;
    }

    private void Wake()
    {
        lock (_lock)
        {
            _woken.SetResult();
            _woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
