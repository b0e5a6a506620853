using Bunit;
using ImageService.Portal.Components.Pages.Space;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>Controls and text say the same.</summary>
public sealed class PlaygroundPageTests : ComponentTest
{
    [Fact]
    public async Task Text_sets_the_controls_and_controls_write_the_text_and_the_address()
    {
        var page = await DrawAsync("w_124-bw.webp");
        page.Find("[data-testid=width]").GetAttribute("value").ShouldBe("124");
        page.Find("[data-testid=format-webp]").GetAttribute("aria-pressed").ShouldBe("true");
        await page.InvokeAsync(() => page.Find("[data-testid=height]").InputAsync("90"));
        page.Find("[data-testid=playground-text]").GetAttribute("value").ShouldBe("w_124-h_90-bw.webp");
        new Uri(Services.GetRequiredService<NavigationManager>().Uri).Query.ShouldBe("?t=w_124-h_90-bw.webp");
    }

    [Fact]
    public async Task A_text_that_the_controls_cannot_say_leaves_them_and_a_fault_is_marked_where_the_service_stumbled()
    {
        Module.Setup<OperationsFault?>("faultOf", _ => true).SetResult(new OperationsFault("No such operation.", 7, 8));
        var page = await DrawAsync("w_124.webp");
        await TypeAsync(page, "playground-text", "w_200-nonsense.webp");
        page.WaitForAssertion(() => page.Find("[data-testid=playground-fault] mark").TextContent.ShouldBe("nonsense"));
        page.Find("[data-testid=width]").GetAttribute("value").ShouldBe("124");
        page.Find("[data-testid=save-preset]").HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public async Task Typed_text_waits_once_for_more_and_controls_wait_in_the_preview()
    {
        var page = await DrawAsync("w_124.webp");
        var preview = page.FindComponent<Bunit.TestDoubles.Stub<PreviewStage>>();
        await TypeAsync(page, "playground-text", "w_130.webp");
        page.WaitForAssertion(() => preview.Instance.Parameters.Get(stage => stage.Waited).ShouldBeTrue());
        await page.InvokeAsync(() => page.Find("[data-testid=height]").InputAsync("90"));
        page.WaitForAssertion(() => preview.Instance.Parameters.Get(stage => stage.Waited).ShouldBeFalse());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_preview_asks_at_once_for_what_has_waited(bool waited)
    {
        await SignInAsync(Photos, "image:read");
        var asset = Asset() with { Access = "private" }; // its address is asked for, before the browser asks for the picture
        var stage = Render<PreviewStage>(with => with.Add(one => one.Organization, "acme").Add(one => one.Asset, asset)
            .Add(one => one.Draft, new OperationsDraft { Width = 100 }));
        await PassAsync(10);
        stage.WaitForAssertion(() => Asked.ShouldBe(1));
        stage.Render(with => with.Add(one => one.Draft, new OperationsDraft { Width = 200 }).Add(one => one.Waited, waited));
        await PassAsync(10);
        if (!waited)
        {
            Asked.ShouldBe(1);
            await PassAsync(300);
            await PassAsync(10);
        }

        stage.WaitForAssertion(() => Asked.ShouldBe(2));

        Task PassAsync(int milliseconds) => stage.InvokeAsync(() => Clock.Advance(TimeSpan.FromMilliseconds(milliseconds)));
    }

    private int Asked => Api.Calls.Count(call => call.Line == "POST /v1/views");

    private async Task<IRenderedComponent<PlaygroundPage>> DrawAsync(string text)
    {
        const string Explained =
            """
            {"place":{"organization":"acme","tenant":"website","space":"photos","asset":"01A","version":1,"access":"public"},"canonical":"","dropped":[],
            "policies":[],"signature":{"verdict":"","reason":""}}
            """;
        Api.Answers("GET /v1/assets?", Json([Asset()]));
        var rest = Api.Answer;
        Api.Answer = (line, body) => line == "POST /v1/explain"
            ? Task.FromResult(body.Contains("nonsense", StringComparison.Ordinal) ? null : Explained) : rest(line, body);
        await SignInAsync(Photos, "image:read", "preset:write");
        ComponentFactories.AddStub<PreviewStage>(); // the browser measures and shows
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/acme/website/photos/playground?t={text}");
        var page = Render<PlaygroundPage>(with => with.Add(one => one.Organization, "acme").Add(one => one.Tenant, "website").Add(one => one.Space, "photos"));
        page.WaitForElement("[data-testid=width]");
        return page;
    }
}
