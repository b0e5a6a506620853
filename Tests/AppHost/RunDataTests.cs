using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Running;
using Aspire.Hosting.Servers;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>What goes wrong at the start, and what a person is told.</summary>
[Trait("Level", "Integration")]
public sealed class RunDataTests : IDisposable
{
    private readonly PrivateFolder _folder = new("rundata");
    private readonly ConsoleLog _log = new(TextWriter.Null, colours: false);

    [Fact]
    public void A_folder_belongs_to_one_apphost_at_a_time()
    {
        var folder = _folder.Next();
        using var first = new RunData(folder, ephemeral: false);
        first.Open(_log);
        using var second = new RunData(folder, ephemeral: false);

        var refusal = Should.Throw<ResourceStartException>(() => second.Open(_log));

        refusal.Message.ShouldContain(folder);
        refusal.Message.ShouldContain("in use by another AppHost");
        refusal.Message.ShouldContain("--data");
    }

    [Fact]
    public void Ephemeral_data_is_removed_at_the_end()
    {
        var folder = _folder.Next();
        using (var data = new RunData(folder, ephemeral: true))
            data.Open(_log);

        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_killed_apphost_left_behind_is_ended_by_the_next()
    {
        var folder = _folder.Next();
        Directory.CreateDirectory(folder);
        using var orphan = Process.Start("sleep", "600");
        await File.WriteAllTextAsync(Path.Combine(folder, "processes"), $"{orphan.Id} {orphan.StartTime.ToUniversalTime().Ticks}\n", TestContext.Current.CancellationToken);

        using var data = new RunData(folder, ephemeral: false);
        data.Open(_log);

        orphan.WaitForExit(TimeSpan.FromSeconds(10)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_process_that_only_has_the_number_of_a_dead_one_is_left_alone()
    {
        var folder = _folder.Next();
        Directory.CreateDirectory(folder);
        using var other = Process.Start("sleep", "600");
        await File.WriteAllTextAsync(Path.Combine(folder, "processes"), $"{other.Id} {other.StartTime.AddHours(-1).ToUniversalTime().Ticks}\n", TestContext.Current.CancellationToken);

        using var data = new RunData(folder, ephemeral: false);
        data.Open(_log);

        other.HasExited.ShouldBeFalse();
        other.Kill();
    }

    [Fact]
    public void A_taken_port_is_named_with_its_holder_and_the_option_that_changes_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var api = new ProjectResource("api", "/nowhere/Api.csproj");
        api.Annotations.Add(new EndpointAnnotation(ProtocolType.Tcp, "http", "http", port));

        var refusal = Should.Throw<ResourceStartException>(() => EndpointAllocator.Allocate([api]));

        refusal.Message.ShouldContain($"Port {port}");
        refusal.Message.ShouldContain("--api-port N");
        if (OperatingSystem.IsLinux())
            refusal.Message.ShouldContain($"process {Environment.ProcessId}");
    }

    [Fact]
    public async Task A_data_folder_that_is_none_is_not_touched()
    {
        var folder = _folder.Next();
        Directory.CreateDirectory(Path.Combine(folder, "cluster"));
        await File.WriteAllTextAsync(Path.Combine(folder, "cluster", "precious.txt"), "mine", TestContext.Current.CancellationToken);
        using var spawner = new ProcessSpawner();

        var refusal = await Should.ThrowAsync<ResourceStartException>(
            () => new Aspire.Hosting.Servers.PostgresServer(folder, FreePort.Next(), "pw").StartAsync(spawner, _ => { }, TestContext.Current.CancellationToken));

        refusal.Message.ShouldContain("PG_VERSION");
        File.Exists(Path.Combine(folder, "cluster", "precious.txt")).ShouldBeTrue();
    }

    public void Dispose() => _folder.Dispose();
}
