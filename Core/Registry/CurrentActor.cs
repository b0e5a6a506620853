using System.Net;

namespace ImageService.Core.Registry;

/// <summary>On whose behalf the present flow of work writes; the audit log names it. The system, until someone says otherwise.</summary>
public sealed class CurrentActor
{
    private readonly AsyncLocal<Actor?> _actor = new();

    /// <summary>Who acts in this flow.</summary>
    public Actor Value => _actor.Value ?? Actor.System;

    /// <summary>Says who acts from here on in this flow and what it calls (middleware, start of a job); what runs beside it is not touched.</summary>
    public void Become(Actor actor) => _actor.Value = actor;
}

/// <summary>Someone who does something, and from where.</summary>
/// <param name="Type">Kind of actor.</param>
/// <param name="Id">The API key's or the user's id; null for the system and for the anonymous.</param>
/// <param name="Name">The key's name or the user's e-mail.</param>
/// <param name="Ip">The client's address as trusted proxies tell it.</param>
/// <param name="UserAgent">As sent; cut to 500 characters when it is written down.</param>
public sealed record Actor(ActorType Type, Guid? Id, string Name, IPAddress? Ip = null, string? UserAgent = null)
{
    public static Actor System { get; } = new(ActorType.System, null, "system");
}
