using System.Reflection;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Architecture;

/// <summary>The arrows of docs/ARCHITECTURE.md as data: who may use whom. Anything else fails, naming both types.</summary>
[Trait("Level", "Unit")]
public sealed class ArrowsTests
{
    /// <summary>Rooms of the core from the highest to the lowest; a room may use every room of a lower level.</summary>
    internal static readonly string[][] Levels =
    [
        ["Variants", "Ingestion", "Lifecycle", "Invalidation", "Webhooks", "Dialects"], // use cases
        ["Tenancy", "Policies", "Presets", "Overlays", "Signing", "Access", "Identity", "Metering", "Quotas"], // questions about the registry
        ["Registry", "Storage", "Caching", "Facts", "Messaging", "Engine", "Outbound", "Secrets"], // things that do I/O or pixels
        ["Operations", "Errors", "Telemetry"], // pure
    ];

    /// <summary>Arrows within a level, each with its reason.</summary>
    private static readonly Dictionary<(string From, string To), string> SameLevel = new()
    {
        [("Facts", "Registry")] = "facts are the registry's rows, and its notifications make them unknown",
        [("Facts", "Caching")] = "loads of one fact are joined as the making of one variant is",
        [("Messaging", "Registry")] = "the outbox and the default queue are tables",
        [("Messaging", "Outbound")] = "what a broker's service answers is read up to a limit",
        [("Registry", "Storage")] = "rows remember the tier that their object lies in",
        [("Telemetry", "Operations")] = "transforms are counted by format",
        [("Operations", "Errors")] = "reading a URL can fail",
        [("Tenancy", "Policies")] = "a space's scope carries its effective policy",
        [("Quotas", "Policies")] = "each level's quota is a policy",
        [("Quotas", "Tenancy")] = "a space carries the policies of its levels",
        [("Metering", "Quotas")] = "what is measured counts against the month's quotas",
        [("Presets", "Tenancy")] = "presets are found from a space",
        [("Overlays", "Tenancy")] = "overlays are found from a space",
        [("Caching", "Registry")] = "the lock that stands in for Redis is the registry's, and one filter says that it is away",
    };

    [Fact]
    public void Rooms_of_the_core_use_only_rooms_below_them()
    {
        var rooms = Levels.SelectMany((names, level) => names.Select(name => (name, level)))
            .ToDictionary(room => room.name, room => room.level, StringComparer.Ordinal);
        var offenders = TypeReferences.Of(typeof(ImageOperations).Assembly)
            .Select(use => (use.From, use.To, FromRoom: RoomOf(use.From), ToRoom: RoomOf(use.To)))
            .Where(use => use.FromRoom is not null && use.ToRoom is not null && use.FromRoom != use.ToRoom)
            .Where(use => !rooms.TryGetValue(use.FromRoom!, out var from) || !rooms.TryGetValue(use.ToRoom!, out var to)
                || !(from < to || SameLevel.ContainsKey((use.FromRoom!, use.ToRoom!))))
            .Select(use => $"{use.From} -> {use.To}")
            .Order(StringComparer.Ordinal);
        offenders.ShouldBeEmpty();
    }

    [Fact]
    public void No_two_rooms_of_the_core_use_each_other()
    {
        var arrows = RoomArrows();
        arrows.Where(arrow => arrows.Contains((arrow.To, arrow.From)) && string.CompareOrdinal(arrow.From, arrow.To) < 0)
            .Select(arrow => $"{arrow.From} <-> {arrow.To}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void An_excuse_that_nobody_needs_any_more_is_gone() =>
        SameLevel.Keys.Except(RoomArrows()).Select(arrow => $"{arrow.From} -> {arrow.To}").ShouldBeEmpty();

    /// <summary>Rooms of the hosts, likewise; what stands in a host's own namespace puts the rooms together and may use all of them.</summary>
    internal static readonly Dictionary<string, string[][]> Hosts = new(StringComparer.Ordinal)
    {
        ["Api"] =
        [
            ["Demo", "Explain", "Imports", "Dialects"],
            ["ControlPlane"],
            ["Uploads", "Signing"],
            ["Gateway", "Assets"],
            ["OpenApi", "Idempotency", "Telemetry"],
            ["Authentication"],
            ["RateLimiting"],
            ["Http"],
        ],
        ["Worker"] = [["Consumers"], ["Jobs"]],
        ["Portal"] = [["Components"], ["Uploads"], ["Workspaces"], ["Images"], ["Authentication"], ["Client"]],
    };

    [Theory]
    [InlineData("Api")]
    [InlineData("Worker")]
    [InlineData("Portal")]
    public void Rooms_of_a_host_use_only_rooms_below_them(string host)
    {
        var levels = Hosts[host]
            .SelectMany((names, level) => names.Select(name => (name, level))).ToDictionary(room => room.name, room => room.level, StringComparer.Ordinal);
        TypeReferences.Of(Assembly.Load("ImageService." + host))
            .Select(use => (use.From, use.To, FromRoom: RoomOf(use.From, host), ToRoom: RoomOf(use.To, host)))
            .Where(use => use.FromRoom is not null && use.ToRoom is not null && use.FromRoom != use.ToRoom)
            .Where(use => !levels.TryGetValue(use.FromRoom!, out var from) || !levels.TryGetValue(use.ToRoom!, out var to) || from >= to)
            .Select(use => $"{use.From} -> {use.To}")
            .Order(StringComparer.Ordinal)
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Core", "Microsoft.AspNetCore.Http.", "the core knows no HTTP")]
    [InlineData("Core", "Microsoft.AspNetCore.Routing.", "the core knows no HTTP")]
    [InlineData("Core", "Microsoft.AspNetCore.Mvc.", "the core knows no HTTP")]
    [InlineData("Api", "Amazon.", "stores and queues are the core's adapters")]
    [InlineData("Api", "Azure.", "stores and queues are the core's adapters")]
    [InlineData("Api", "NetVips.", "pixels are the engine's")]
    [InlineData("Worker", "NetVips.", "pixels are the engine's")]
    [InlineData("Api.Gateway", "ImageService.Core.Registry.RegistryDb", "an image request asks rooms that remember, not the database")]
    [InlineData("Api.Gateway", "Microsoft.EntityFrameworkCore.", "an image request asks rooms that remember, not the database")]
    [InlineData("Api", "ImageService.Worker.", "hosts do not know each other")]
    [InlineData("Worker", "ImageService.Api.", "hosts do not know each other")]
    [InlineData("Portal", "ImageService.Api.", "the portal talks to the Api over HTTP only")]
    [InlineData("Portal", "ImageService.Core.", "the portal talks to the Api over HTTP only")]
    [InlineData("Portal", "ImageService.Worker.", "the portal talks to the Api over HTTP only")]
    [InlineData("ServiceDefaults", "ImageService.Core.", "defaults are below the product")]
    [InlineData("Client", "ImageService.Core.", "clients know the system by its URLs and its HTTP only")]
    public void What_a_part_may_not_know_it_does_not_use(string part, string forbidden, string reason) =>
        TypeReferences.Of(Assembly.Load("ImageService." + part.Split('.')[0]))
            .Where(use => use.From.StartsWith($"ImageService.{part}.", StringComparison.Ordinal) && use.To.StartsWith(forbidden, StringComparison.Ordinal))
            .Select(use => $"{use.From} -> {use.To}")
            .ShouldBeEmpty(reason);

    [Fact]
    public void Uses_are_found_in_signatures_bodies_and_generic_arguments()
    {
        var uses = TypeReferences.Of(typeof(ArrowsTests).Assembly)
            .Where(use => use.From == typeof(ArrowsSample).FullName).Select(use => use.To).ToHashSet(StringComparer.Ordinal);
        string[] expected = ["System.Text.StringBuilder", "System.Uri", "System.Version", "System.Globalization.CultureInfo", "System.Lazy`1",
            "System.FormatException"];
        expected.Where(name => !uses.Contains(name)).ShouldBeEmpty();
    }

    private static HashSet<(string From, string To)> RoomArrows() => TypeReferences.Of(typeof(ImageOperations).Assembly)
        .Select(use => (From: RoomOf(use.From)!, To: RoomOf(use.To)!))
        .Where(arrow => arrow.From is not null && arrow.To is not null && arrow.From != arrow.To)
        .ToHashSet();

    /// <summary>The room of a type; null for types of other parts and for those that put rooms together (<c>CoreServices</c>).</summary>
    private static string? RoomOf(string type, string part = "Core")
    {
        var prefix = $"ImageService.{part}.";
        if (!type.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        var parts = type[prefix.Length..].Split('.');
        return parts.Length > 1 ? parts[0] : null;
    }
}

/// <summary>Uses a type in each place where one can stand; read, never run.</summary>
internal sealed class ArrowsSample
{
    private readonly Lazy<Version> _version = new();

    public System.Text.StringBuilder Text(Uri uri)
    {
        try
        {
            return new System.Text.StringBuilder(uri.ToString() + _version.Value + System.Globalization.CultureInfo.InvariantCulture.Name);
        }
        catch (FormatException)
        {
            return new System.Text.StringBuilder();
        }
    }
}
