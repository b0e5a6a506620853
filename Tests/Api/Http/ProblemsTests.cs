using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Errors;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

[Trait("Level", "Unit")]
public sealed class ProblemsTests
{
    public static TheoryData<ErrorCode> Codes => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_code_has_a_status_a_title_and_a_section_on_the_page_of_errors(ErrorCode code)
    {
        var (status, title) = Problems.Describe(code);

        status.ShouldBeInRange(400, 599);
        title.ShouldNotBeNullOrWhiteSpace();
        var page = new ErrorPage().Html;
        page.ShouldContain($"<h2 id=\"{Problems.Name(code)}\">");
        page.ShouldContain($"id=\"{Problems.Name(code)}\"><code>{Problems.Name(code)}</code></h2><p>Status {status}");
    }

    [Fact]
    public void The_page_of_errors_has_no_section_without_a_code()
    {
        var sections = new ErrorPage().Html.Split("<h2 id=\"").Skip(1).Select(section => section[..section.IndexOf('"', StringComparison.Ordinal)]);

        sections.Order(StringComparer.Ordinal).ShouldBe(Enum.GetValues<ErrorCode>().Select(Problems.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Markdown_is_encoded_before_it_is_html() =>
        ErrorPage.Render("# A <b>\n\nuse `<script>`").ShouldContain("A &lt;b&gt;</h1><p>use <code>&lt;script&gt;</code></p>");
}
