using ImageService.AppHost;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

[Trait("Level", "Unit")]
public sealed class LaunchOptionsTests
{
    [Fact]
    public void Without_options_the_contracts_defaults_hold()
    {
        var options = Parse();

        options.ShouldBe(new LaunchOptions
        {
            ApiPort = 8080,
            PortalPort = 8081,
            WorkerPort = 8082,
            Demo = true,
            Ephemeral = false,
            Data = options.Data,
            Summary = null,
        });
        options.Data.ShouldStartWith(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData));
    }

    [Fact]
    public void A_bare_flag_does_not_swallow_the_option_after_it()
    {
        var options = Parse("--ephemeral", "--api-port", "0", "--no-demo", "--summary", "here.json", "--portal-port=9001");

        options.Ephemeral.ShouldBeTrue();
        options.Demo.ShouldBeFalse();
        options.ApiPort.ShouldBeNull();
        options.PortalPort.ShouldBe(9001);
        options.Summary.ShouldBe(Path.GetFullPath("here.json"));
    }

    [Fact]
    public void Aspire_brings_its_dashboard_unless_told_not_to()
    {
        (Parse().Dashboard, LaunchOptions.ForAspire([]).DisableDashboard).ShouldBe((true, false));
        (Parse("--no-dashboard").Dashboard, LaunchOptions.ForAspire(["--no-dashboard"]).DisableDashboard).ShouldBe((false, true));
    }

    [Fact]
    public void Ephemeral_data_is_in_a_folder_of_this_process()
    {
        Parse("--ephemeral").Data.ShouldContain(Environment.ProcessId.ToString());
        Parse("--ephemeral", "--data", "/tmp/mine").Data.ShouldBe("/tmp/mine");
    }

    [Fact]
    public void Aspires_own_switches_pass()
    {
        LaunchOptions.Expand(["--operation", "publish", "--publisher", "manifest", "--output-path", "m.json"])
            .ShouldBe(["--operation=publish", "--publisher=manifest", "--output-path=m.json"]);
    }

    [Fact]
    public void Store_and_queue_are_the_plain_ones_unless_named()
    {
        (Parse().Store, Parse().Queue).ShouldBe(("file", "postgres"));
        var named = Parse("--store", "s3", "--queue=rabbitmq");
        (named.Store, named.Queue).ShouldBe(("s3", "rabbitmq"));
    }

    private static LaunchOptions Parse(params string[] args) =>
        LaunchOptions.From(new ConfigurationBuilder().AddCommandLine(LaunchOptions.Expand(args)).Build());
}
