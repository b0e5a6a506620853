using Bunit;
using ImageService.Portal.Components.Layout;
using ImageService.Portal.Workspaces;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>The bar at a phone's foot.</summary>
public sealed class PhoneBarTests : ComponentTest
{
    [Theory]
    [InlineData("/o/acme/website/photos", true)]
    [InlineData("/o/acme/website/photos/", true)]
    [InlineData("/o/acme/website/photos/i/01A", false)]
    [InlineData("/o/acme/website/drafts", false)]
    [InlineData("/o/acme/usage", false)]
    [InlineData("/account", false)]
    public async Task Upload_is_drawn_on_the_library_of_a_space_that_the_role_may_write_to_and_nowhere_else(string path, bool drawn)
    {
        await SignInAsync(Photos, "image:read", "image:write");
        var pressed = 0;
        var bar = Render<PhoneBar>(with => with.Add(one => one.At, Rooms.LevelOf(path)).Add(one => one.Path, path).Add(one => one.Upload, () => pressed++));
        var buttons = bar.FindAll("[data-testid=phone-upload]");
        buttons.Count.ShouldBe(drawn ? 1 : 0);
        if (drawn)
            await buttons[0].ClickAsync();
        pressed.ShouldBe(drawn ? 1 : 0);
    }

    [Fact]
    public async Task Viewers_have_no_upload()
    {
        await SignInAsync(Photos, "image:read");
        var bar = Render<PhoneBar>(with => with.Add(one => one.At, Photos).Add(one => one.Path, Photos.Address));
        bar.FindAll("button").Select(button => button.TextContent).ShouldBe(["Search", "More"]);
    }
}
