using ImageService.Portal.Authentication;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Library;
using ImageService.Portal.Components.Shared;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

[Trait("Level", "Unit")]
public sealed class PortalTextTests
{
    [Theory]
    [InlineData("/o/acme/website/marketing?tag=a", "/o/acme/website/marketing?tag=a")]
    [InlineData("/", "/")]
    [InlineData(null, "/")]
    [InlineData("", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    public void Sign_in_leads_back_to_our_own_pages_only(string? asked, string leadsTo) => SignInAddress.Safe(asked).ShouldBe(leadsTo);

    [Theory]
    [InlineData("/travel/2026", "/travel")]
    [InlineData("/travel", "/")]
    [InlineData("/", "/")]
    public void A_folder_knows_the_one_above(string folder, string parent) => LibraryPage.Parent(folder).ShouldBe(parent);

    [Fact]
    public void What_a_person_types_stays_inside_its_parameter() =>
        new AssetFilter("web site", "a&b") { Words = "x&limit=999#", Tag = "ü", Folder = "/a b", Recursive = true, Cursor = "c+/=" }.ToQuery()
            .ShouldBe("tenant=web%20site&space=a%26b&limit=48&folder=%2Fa%20b&tag=%C3%BC&q=x%26limit%3D999%23&cursor=c%2B%2F%3D&recursive=true");

    [Theory]
    [InlineData(201, "{}", "uploaded", null)]
    [InlineData(200, "{}", "was there already", null)]
    [InlineData(0, "", "failed", "The connection broke. Choose the file again to repeat it.")]
    [InlineData(415, """{"detail":"The content is no image."}""", "refused", "The content is no image.")]
    [InlineData(502, "<html>", "refused", "The service answered 502.")]
    public void An_upload_tells_what_became_of_it(int status, string body, string state, string? problem)
    {
        var upload = new UploadState(1, "a.jpg", 100);
        upload.Finish(status, body);
        (upload.IsFinished, upload.State, upload.Problem).ShouldBe((true, state, problem));
    }
}
