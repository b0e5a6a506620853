using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageService.AppHost.Publishing;
using ImageService.Tests.Support;
using k8s;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

/// <summary>The rules and dashboards that are deployed: they ring when they should, and each has its page in the runbook.</summary>
[Trait("Level", "Unit")]
public sealed class MonitoringTests : IDisposable
{
    private readonly PrivateFolder _folder = new("monitoring");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_rule_rings_when_it_should_and_not_otherwise()
    {
        var (code, output) = await PromtoolAsync(Repository.PathOf("deploy", "monitoring"));
        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task A_rule_that_was_broken_is_noticed()
    {
        var folder = Directory.CreateDirectory(_folder.Next()).FullName;
        var rules = await File.ReadAllTextAsync(Repository.PathOf("deploy", "monitoring", "alerts.yml"), Ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "alerts.yml"), rules.Replace("> 0.05", "> 0.5", StringComparison.Ordinal), Ct);
        File.Copy(Repository.PathOf("deploy", "monitoring", "alerts.tests.yml"), Path.Combine(folder, "alerts.tests.yml"));
        (await PromtoolAsync(folder)).ExitCode.ShouldNotBe(0);
    }

    [Fact]
    public void Every_alert_is_tested_both_ways_and_has_its_entry_in_the_runbook()
    {
        var tests = File.ReadAllText(Repository.PathOf("deploy", "monitoring", "alerts.tests.yml"));
        var runbook = File.ReadAllText(Repository.PathOf("docs", "runbook.md"));
        var alerts = Alerts();
        alerts.Count.ShouldBeGreaterThan(10);
        foreach (var alert in alerts)
        {
            tests.ShouldContain($"alertname: {alert.Alert}\n        exp_alerts: []", customMessage: $"{alert.Alert} is never asked to keep quiet");
            tests.ShouldContain($"alertname: {alert.Alert}\n        exp_alerts:\n", customMessage: $"{alert.Alert} is never asked to ring");
            runbook.ShouldContain($"\n## {alert.Alert}\n");
            alert.Annotations["runbook"].ShouldBe($"docs/runbook.md#{alert.Alert.ToLowerInvariant()}");
        }

        Regex.Matches(runbook, "^## (?<alert>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            .Select(match => match.Groups["alert"].Value)
            .ShouldBe(alerts.Select(alert => alert.Alert), ignoreOrder: true);
    }

    [Fact]
    public void Every_panel_of_every_dashboard_asks_something_and_has_a_unit()
    {
        var boards = KubernetesMonitoring.Dashboards();
        boards.Keys.ShouldBe(["cost.json", "delivery.json", "tenants.json", "transforms.json"], ignoreOrder: true);
        foreach (var (name, text) in boards)
        {
            var panels = JsonNode.Parse(text)!["panels"]!.AsArray();
            panels.Select(panel => panel!["id"]!.GetValue<int>()).ShouldBeUnique();
            foreach (var panel in panels)
            {
                panel!["targets"]!.AsArray().ShouldAllBe(target => target!["expr"]!.GetValue<string>().Length > 0, name);
                panel["fieldConfig"]!["defaults"]!["unit"]!.GetValue<string>().ShouldNotBeEmpty();
            }
        }
    }

    private static List<AlertRule> Alerts() =>
        [.. KubernetesYaml.Deserialize<PrometheusRules>(File.ReadAllText(Repository.PathOf("deploy", "monitoring", "alerts.yml")),
            strict: true).Groups.SelectMany(group => group.Rules)];

    private static async Task<(int ExitCode, string Output)> PromtoolAsync(string folder)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(part => Path.Combine(part, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, "promtool is not installed (Debian: apt-get install prometheus).");
        using var process = Process.Start(new ProcessStartInfo(path!, ["test", "rules", "alerts.tests.yml"])
        {
            WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (process.ExitCode, output + await errors);
    }

    public void Dispose() => _folder.Dispose();
}
