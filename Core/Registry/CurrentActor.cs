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
public sealed record Actor
{
    /// <summary>Kind of actor.</summary>
    public required ActorType Type { get; init; }

    /// <summary>The API key's or the user's id; null for the system and for the anonymous.</summary>
    public required Guid? Id { get; init; }

    /// <summary>The key's name or the user's e-mail.</summary>
    public required string Name { get; init; }

    /// <summary>The client's address as trusted proxies tell it.</summary>
    public IPAddress? Ip { get; init; }

    /// <summary>As sent; cut to 500 characters when it is written down.</summary>
    public string? UserAgent { get; init; }

    public static Actor System { get; } = new() { Type = ActorType.System, Id = null, Name = "system" };
}
