using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ImageService.AppHost.Running;
using ImageService.AppHost.Servers;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>What goes wrong at the start, and what a person is told.</summary>
[Trait("Level", "Integration")]
public sealed class RunFolderTests : IDisposable
{
    private readonly PrivateFolder _folder = new("runfolder");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_folder_belongs_to_one_apphost_at_a_time()
    {
        var folder = _folder.Next();
        using var first = new RunFolder(folder, ephemeral: false);
        first.Open();
        using var second = new RunFolder(folder, ephemeral: false);

        var refusal = Should.Throw<ResourceStartException>(second.Open);

        refusal.Message.ShouldContain(folder);
        refusal.Message.ShouldContain("in use by another AppHost");
        refusal.Message.ShouldContain("--data");
    }

    [Fact]
    public void Ephemeral_data_is_removed_at_the_end_with_what_lies_elsewhere_behind_a_link()
    {
        var folder = _folder.Next();
        var elsewhere = Path.Combine(_folder.Next(), "precious");
        Directory.CreateDirectory(elsewhere);
        using (var data = new RunFolder(folder, ephemeral: true))
        {
            data.Open();
            Directory.CreateSymbolicLink(Path.Combine(folder, "link"), elsewhere);
            Directory.CreateSymbolicLink(Path.Combine(folder, "dangling"), Path.Combine(folder, "nowhere"));
        }

        Directory.Exists(folder).ShouldBeFalse();
        Directory.Exists(elsewhere).ShouldBeTrue("only folders that the AppHost itself put elsewhere are followed");
    }

    [Fact]
    public void The_next_run_knows_whether_the_last_one_was_killed()
    {
        var folder = _folder.Next();
        using (var first = new RunFolder(folder, ephemeral: false))
        {
            first.Open();
            first.AfterKill.ShouldBeFalse();
        }

        using (var second = new RunFolder(folder, ephemeral: false))
        {
            second.Open();
            second.AfterKill.ShouldBeFalse();
        }

        File.WriteAllText(Path.Combine(folder, "lock"), "4711"); // as a killed one leaves it
        using var third = new RunFolder(folder, ephemeral: false);
        third.Open();
        third.AfterKill.ShouldBeTrue();
    }

    [Fact]
    public void What_ephemeral_runs_that_were_killed_left_behind_is_removed_by_the_next()
    {
        using var gone = Process.Start("true");
        gone.WaitForExit();
        var left = Path.Combine(Path.GetTempPath(), $"{RunFolder.EphemeralPrefix}{gone.Id}");
        Directory.CreateDirectory(Path.Combine(left, "objects"));

        using var data = new RunFolder(_folder.Next(), ephemeral: true);
        data.Open();

        Directory.Exists(left).ShouldBeFalse();
    }

    [Fact]
    public void A_taken_port_is_named_with_its_holder_and_the_option_that_changes_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var refusal = Should.Throw<ResourceStartException>(() => Ports.Require([("worker", null), ("api", port)], afterKill: false));

        refusal.Message.ShouldContain($"Port {port}");
        refusal.Message.ShouldContain("--api-port N");
        if (OperatingSystem.IsLinux())
            refusal.Message.ShouldContain($"process {Environment.ProcessId}");
    }

    [Fact]
    public void Two_services_cannot_want_one_port()
    {
        Should.Throw<ResourceStartException>(
            () => Ports.Require([("api", 18_431), ("portal", 18_431)], afterKill: false)).Message.ShouldContain("--portal-port N");
    }

    [Fact]
    public async Task A_data_folder_that_is_none_is_not_touched()
    {
        var folder = _folder.Next();
        Directory.CreateDirectory(Path.Combine(folder, "cluster"));
        await File.WriteAllTextAsync(Path.Combine(folder, "cluster", "precious.txt"), "mine", Ct);

        var refusal = await Should.ThrowAsync<ResourceStartException>(() => new PostgresCluster(folder, "pw").PrepareAsync(_ => { }, Ct));

        refusal.Message.ShouldContain("PG_VERSION");
        File.Exists(Path.Combine(folder, "cluster", "precious.txt")).ShouldBeTrue();
    }

    [Fact]
    public void A_build_that_was_copied_says_so()
    {
        Should.NotThrow(() => BuildOutput.RequireUnmoved("/here/AppHost/bin/Debug/net10.0/", "/here/AppHost/bin/Debug/net10.0"));

        var refusal =
            Should.Throw<ResourceStartException>(() => BuildOutput.RequireUnmoved("/there/AppHost/bin/Debug/net10.0/", "/here/AppHost/bin/Debug/net10.0/"));

        refusal.Message.ShouldContain("/there/");
        refusal.Message.ShouldContain("dotnet build");
    }

    public void Dispose() => _folder.Dispose();
}
