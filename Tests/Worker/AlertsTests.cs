using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using ImageService.Core.Metering;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Telemetry;
using ImageService.Tests.Support;
using ImageService.Worker;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

[Trait("Level", "Unit")]
public sealed partial class AlertsTests
{
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal) { "sum", "rate", "by", "max", "or", "le", "job", "kind", "increase",
        "histogram_quantile", "organization_id", "provider", "up" };

    [Fact]
    public void Every_metric_an_alert_names_is_exported_by_a_service()
    {
        var exported = Exported();
        var named = Expressions()
            .SelectMany(expression => Name().Matches(Label().Replace(expression, "")).Select(match => match.Value))
            .Where(name => !Words.Contains(name)).Distinct().ToList();
        named.Count.ShouldBeGreaterThan(10);
        named.Where(name => !exported.Contains(name) && !exported.Contains(Suffix().Replace(name, ""))).ShouldBeEmpty();
    }

    [Fact]
    public void The_designs_alerts_are_all_there()
    {
        var text = File.ReadAllText(AlertsFile());
        foreach (var alert in new[] { "HighErrorRate", "LowCacheHitRate", "SlowTransforms", "QueueBacklog",
            "StorageQuotaWarning" }) text.ShouldContain($"alert: {alert}");
    }

    /// <summary>What the meters of Api and worker hold.</summary>
    private static HashSet<string> Exported()
    {
        using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = provider.GetRequiredService<IMeterFactory>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished =
            (instrument, _) => { if (instrument.Meter.Scope == factory) names.Add(instrument.Name); }
        };
        listener.Start();
        var registry = new RegistryFactory(new DbContextOptionsBuilder<RegistryDb>().Options);
        using var metrics = new ImageServiceMetrics(factory);
        using var measurements = new Measurements(
            Substitute.For<IMessageQueue>(), factory, Options.Create(new WorkerOptions()), TimeProvider.System, NullLogger<Measurements>.Instance);
        using var usage = new UsageMeter(registry, Options.Create(new MeteringOptions()), factory, TimeProvider.System, NullLogger<UsageMeter>.Instance);
        return names;
    }

    private static IEnumerable<string> Expressions() =>
        Expression().Matches(File.ReadAllText(AlertsFile())).Select(match => match.Groups["text"].Value);

    private static string AlertsFile() => Repository.PathOf("deploy", "monitoring", "alerts.yml");

    [GeneratedRegex(@"expr: \|\n(?<text>.*?)\n\s+for:", RegexOptions.Singleline, 1000)]
    private static partial Regex Expression();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]", RegexOptions.None, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("[a-z][a-z_]+", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("_(?:bucket|sum|count)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suffix();
}
