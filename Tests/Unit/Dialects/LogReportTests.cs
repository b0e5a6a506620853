using ImageService.Core.Dialects;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Dialects;

/// <summary>Finding the URL in a log's line.</summary>
[Trait("Level", "Unit")]
public sealed class LogReportTests
{
    [Theory]
    [InlineData("/unsafe/300x200/a.jpg", "/unsafe/300x200/a.jpg")]
    [InlineData("https://images.example.com/a.jpg?w=1", "/a.jpg?w=1")]
    [InlineData("http://IMAGES.example.com:8080/a.jpg", "/a.jpg")]
    [InlineData("https://other.example.com/a.jpg", null)]
    [InlineData("192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] \"GET /w_200/a.jpg HTTP/1.1\" 200 2326 \"https://shop.example.com/\" \"Mozilla/5.0\"",
        "/w_200/a.jpg")]
    [InlineData("192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] \"HEAD /a%20b.jpg HTTP/2.0\" 200 0", "/a%20b.jpg")]
    [InlineData("192.0.2.7 - - [10/Oct/2026:13:55:36 +0000] \"POST /upload HTTP/1.1\" 200 0", null)]
    [InlineData("", null)]
    [InlineData("nonsense", null)]
    [InlineData("https://images.example.com", null)]
    public void A_line_gives_its_target(string line, string? target) => LogReport.TargetOf(line, "images.example.com").ShouldBe(target);

    [Fact]
    public void A_summary_says_the_share_first_and_names_what_is_missing()
    {
        var summary = new LogSummary { Requests = 4, Served = 3 };
        summary.Unmapped["watermark"] = 1;

        summary.Write().ShouldStartWith("requests 4, served 3 (75.0 %)");
        summary.Write().ShouldContain("watermark");
    }
}
