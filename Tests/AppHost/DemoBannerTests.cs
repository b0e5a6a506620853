using System.Text.Json.Nodes;
using ImageService.AppHost;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.AppHost;

[Trait("Level", "Unit")]
public sealed class DemoBannerTests
{
    private readonly JsonObject _summary = new()
    {
        ["api"] = "http://localhost:8080", ["portal"] = "http://localhost:8081", ["worker"] = "http://localhost:8082", ["platformKey"] = "platform",
        ["apiKey"] = "key.secret", ["portalUser"] = "owner@acme.example", ["portalPassword"] = "password", ["tenant"] = "website",
        ["spaces"] = new JsonObject { ["public"] = "marketing" }, ["publicUrl"] = "http://localhost:8080/public",
        ["signedUrl"] = "http://localhost:8080/signed",
    };

    [Fact]
    public void The_upload_line_is_one_command_whose_picture_a_shell_passes_unharmed()
    {
        var banner = DemoBanner.Write(_summary, "http://localhost:15888/login?t=1", "/home/jane o'neill/a,b;c/portal.png");

        banner.Split('\n').ShouldContain(
            """    curl -H 'X-API-Key: key.secret' -F tenant=website -F space=marketing -F 'file=@"/home/jane o'\''neill/a,b;c/portal.png"' http://localhost:8080/v1/assets""");
        banner.ShouldContain("http://localhost:15888/login?t=1");
    }

    [Fact]
    public void Without_a_demo_there_is_nothing_to_sign_in_to()
    {
        _summary.Remove("apiKey");

        var banner = DemoBanner.Write(_summary, dashboard: null, "/portal.png");

        banner.ShouldContain("http://localhost:8080");
        banner.ShouldContain("platform");
        banner.ShouldNotContain("curl");
        banner.ShouldNotContain("Dashboard");
    }

    [Fact]
    public void The_picture_to_upload_is_there() => File.Exists(DemoBanner.Picture(Repository.PathOf("AppHost"))).ShouldBeTrue();
}
