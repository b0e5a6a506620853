using ImageService.Worker.Jobs;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

[Trait("Level", "Unit")]
public sealed class WebhookQueueTests
{
    [Theory]
    [InlineData("2026-01-01T10:00:36.850491Z", "2026-01-01T10:00:37Z")]
    [InlineData("2026-01-01T10:00:36.0000001Z", "2026-01-01T10:00:37Z")]
    [InlineData("2026-01-01T10:00:36Z", "2026-01-01T10:00:36Z")]
    public void A_retry_is_put_in_line_for_a_whole_second_that_is_not_before_it(string due, string line) =>
        WebhookQueue.NotBefore(DateTimeOffset.Parse(due, null)).ShouldBe(DateTimeOffset.Parse(line, null));
}
