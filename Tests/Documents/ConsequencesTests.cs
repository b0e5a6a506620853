using System.Reflection;
using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Tests.Architecture;
using ImageService.Tests.Support;
using ImageService.Worker.Consumers;
using ImageService.Worker.Jobs;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Documents;

/// <summary>The table of facts and their consequences: complete, true, and the same on docs/worker.md.</summary>
[Trait("Level", "Unit")]
public sealed class ConsequencesTests
{
    /// <summary>What consumers reach their jobs through.</summary>
    private static readonly string[] Tools = [typeof(AssetEvents).FullName!, typeof(WebhookQueue).FullName!];

    [Fact]
    public void Every_fact_has_its_row()
    {
        var facts = typeof(IMessage).Assembly.GetTypes().Where(type => type is { IsInterface: false } && typeof(IMessage).IsAssignableFrom(type))
            .Select(TypeOf);
        Consequences.All.Select(row => row.Fact).ShouldBe(facts, ignoreOrder: true);
    }

    [Fact]
    public void A_row_names_the_jobs_that_its_consumer_puts_in_line()
    {
        var uses = TypeReferences.Of(typeof(Consequence).Assembly).ToLookup(use => use.From, use => use.To, StringComparer.Ordinal);
        var jobs = typeof(JobQueues).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(JobQueues).Namespace && type.GetMethod("RunAsync") is not null)
            .Select(type => type.FullName!).ToHashSet(StringComparer.Ordinal);
        foreach (var row in Consequences.All.Where(row => row.Consumer.Namespace == typeof(Consequence).Namespace))
        {
            // Through the consumers' own tools, but not through jobs: what those do next is theirs.
            var used = TypeReferences.Of(Consumes(row));
            var within = Tools.Where(used.Contains).SelectMany(tool => uses[tool]).ToList();
            var behind = Tools.Where(within.Contains).SelectMany(tool => uses[tool]);
            used.Concat(within).Concat(behind).Where(jobs.Contains).Distinct(StringComparer.Ordinal)
                .ShouldBe(row.Jobs.Select(job => job.FullName!), ignoreOrder: true, row.Fact);
        }
    }

    [Fact]
    public void The_page_holds_each_row()
    {
        var page = File.ReadAllLines(Repository.PathOf("docs", "worker.md"));
        foreach (var row in Consequences.All)
        {
            var jobs = row.Jobs.Count == 0 ? "none" : string.Join(", ", row.Jobs.Select(job => $"`{job.Name}`{Times(job)}"));
            page.Where(line => line.StartsWith($"| `{row.Fact}` | `{row.Consumer.Name}` | {jobs} | ", StringComparison.Ordinal))
                .ShouldHaveSingleItem($"{row.Fact}: {row.Consumer.Name}: {jobs}");
        }
    }

    private static MethodInfo Consumes(Consequence row) => row.Consumer.GetMethods()
        .Single(method => method.Name == nameof(IConsumer<>.ConsumeAsync) && TypeOf(method.GetParameters()[0].ParameterType) == row.Fact);

    private static string TypeOf(Type fact) =>
        (string)fact.GetProperty(nameof(IMessage.Type), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    // As it is written: an instance asks for the logs of whatever worker ran in this process last.
    private static string Times(Type job) => job.GetCustomAttributesData().SingleOrDefault(data => data.AttributeType == typeof(AutomaticRetryAttribute))
        ?.NamedArguments.SingleOrDefault(argument => argument.MemberName == nameof(AutomaticRetryAttribute.Attempts)).TypedValue.Value is int attempts and > 0
            ? $" × {attempts}" : "";
}
