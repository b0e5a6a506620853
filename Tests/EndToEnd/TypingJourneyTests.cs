using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImageService.Tests.EndToEnd;

/// <summary>Typing over a line on which each message takes most of a second: answers come while a person types on.</summary>
[Trait("Level", "EndToEnd")]
public sealed class TypingJourneyTests(RunningStack stack, Chromium chromium)
{
    /// <summary>Milliseconds between two letters: longer than fields wait for more, shorter than the way to the server and back.</summary>
    private const float Pace = 600;

    // What goes through the circuit is 700 ms on its way, each way, in order.
    private const string SlowLine = """
        const Plain = WebSocket;
        globalThis.line = { last: 0, isSilent: () => performance.now() - line.last > 2500 };
        const late = act => { line.last = performance.now(); setTimeout(() => { line.last = performance.now(); act(); }, 700); };
        globalThis.WebSocket = class extends Plain {
            send(message) { late(() => { if (this.readyState === Plain.OPEN) super.send(message); }); }
            get onmessage() { return super.onmessage; }
            set onmessage(hear) { super.onmessage = event => late(() => hear(event)); }
        };
        """;

    [Fact]
    public async Task Every_letter_stays_while_the_answers_to_the_letters_before_are_on_their_way()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.Context.AddInitScriptAsync(SlowLine);
        List<string> lost = [];

        await page.VisitAsync(summary, summary.Space("public"));
        await TypeAsync(page.GetByTestId("search"), "red sea");
        await ToldAsync(page, "q=red sea");
        await lost.AddAsync(page.GetByTestId("search"), "red sea");

        // From one field to the next before the first one's answer is there.
        await page.VisitAsync(summary, $"/o/{summary.Organization}/audit");
        await TypeAsync(page.GetByLabel("Action", new() { Exact = true }), "asset");
        await TypeAsync(page.GetByLabel("Who", new() { Exact = true }), "jo doe");
        await ToldAsync(page, "action=asset&actor=jo doe");
        await lost.AddAsync(page.GetByLabel("Action", new() { Exact = true }), "asset");
        await lost.AddAsync(page.GetByLabel("Who", new() { Exact = true }), "jo doe");

        lost.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_the_controls_said_last_does_not_undo_the_text_that_is_typed_meanwhile()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.Context.AddInitScriptAsync(SlowLine);
        List<string> lost = [];

        await page.VisitAsync(summary, summary.Space("public") + "/playground");
        await TypeAsync(page.GetByTestId("width"), "640");
        await TypeAsync(page.GetByTestId("playground-text"), "w_320.webp");
        await ToldAsync(page, "t=w_320.webp");
        await lost.AddAsync(page.GetByTestId("playground-text"), "w_320.webp");
        await lost.AddAsync(page.GetByTestId("width"), "320");

        lost.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    /// <summary>Waits until the browser has what the server made of all letters; what is not in the address then was lost.</summary>
    private static Task<IJSHandle> ToldAsync(IPage page, string query) =>
        page.WaitForFunctionAsync("query => decodeURIComponent(location.href).includes(query)", query, new() { Timeout = 60_000 });

    private static async Task TypeAsync(ILocator field, string text)
    {
        if (await field.Page.EvaluateAsync<bool>("!document.activeElement.matches('input')"))
            await field.Page.WaitForFunctionAsync("() => line.isSilent()"); // a page that opens puts the focus on its heading, late over this line
        await field.FillAsync("");
        await field.PressSequentiallyAsync(text, new() { Delay = Pace });
    }
}

file static class LostLetters
{
    /// <summary>Notes what a field shows once all is answered, where that is not what was typed.</summary>
    public static async Task AddAsync(this List<string> lost, ILocator field, string typed)
    {
        await field.Page.WaitForFunctionAsync("() => line.isSilent()");
        var shown = await field.InputValueAsync();
        if (shown != typed)
            lost.Add($"{typed} became {shown}");
    }
}
