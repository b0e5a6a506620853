using System.Text.RegularExpressions;
using Hangfire;
using ImageService.Tests.Support;
using ImageService.Worker;
using NSubstitute;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Documents;

/// <summary>docs/worker.md names every recurring job, and none that there is not.</summary>
[Trait("Level", "Unit")]
public sealed partial class SchedulePageTests
{
    [Fact]
    public void The_page_names_the_jobs_of_the_schedule()
    {
        var jobs = Substitute.For<IRecurringJobManager>();
        Schedule.Apply(jobs);
        var scheduled = jobs.ReceivedCalls().Select(call => (string)call.GetArguments()[0]!).ToList();
        scheduled.Count.ShouldBeGreaterThan(10);

        var page = File.ReadAllText(Repository.PathOf("docs", "worker.md"));
        var table = page[page.IndexOf("## Recurring jobs", StringComparison.Ordinal)..].Split("\n\n")[1];
        Rows().Matches(table).Select(row => row.Groups["job"].Value).ShouldBe(scheduled, ignoreOrder: true);
    }

    [GeneratedRegex("^\\| `(?<job>[a-z-]+)` \\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rows();
}
