using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>The portal without a mouse: what has the focus is seen, and is never nothing.</summary>
[Trait("Level", "EndToEnd")]
public sealed class KeyboardJourneyTests(RunningStack stack, Chromium chromium)
{
    // As many as a whole page of the demo has, twice.
    private const int MostPresses = 160;

    // Each control of the page, focused as by a key: one whose looks do not change, and one that lies under a bar.
    private const string Unseen = """
        async () => {
            const looks = control => [control, control.parentElement, ...control.parentElement.children,
                ...(control.closest('.mud-input-control')?.querySelectorAll('fieldset, .mud-input-slot') ?? [])].map(element => {
                    const [own, ...drawn] = [null, '::before', '::after'].map(part => getComputedStyle(element, part));
                    return [own.outline, own.boxShadow, own.border, own.backgroundColor, own.left,
                        ...drawn.flatMap(part => [part.opacity, part.backgroundColor, part.transform, part.border])].join();
                }).join('|');
            const faults = [];
            for (const control of document.querySelectorAll('a[href], button, input:not([type=hidden]), summary, select, textarea, [tabindex="0"]')) {
                if (!control.checkVisibility() || control.disabled || control.tabIndex < 0) continue;
                document.activeElement.blur();
                const before = looks(control);
                control.focus({ focusVisible: true });
                if (document.activeElement !== control) continue; // drawn anew meanwhile
                for (let frame = 0; frame < 30 && looks(control) === before; frame++) await new Promise(requestAnimationFrame);
                if (control.isConnected && looks(control) === before) faults.push(`looks as before: ${control.outerHTML.slice(0, 200)}`);
                if (!control.isConnected) continue;
                const box = control.getBoundingClientRect();
                const over = document.elementFromPoint(Math.max(0, box.left) + Math.min(box.width, 20) / 2, box.top + Math.min(box.height, 24) / 2);
                const bar = element => element?.closest('.top-bar, .phone-bar, .selection-bar');
                if (bar(over) && !bar(control))
                    faults.push(`is covered: ${control.outerHTML.slice(0, 200)}`);
            }
            return faults;
        }
        """;

    [Fact]
    public async Task The_ten_commonest_tasks_are_done_by_the_keyboard_alone()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var (mark, tag, slug) = ($"k{Guid.CreateVersion7():n}", $"t{Random.Shared.Next(1_000_000_000)}", $"k{Random.Shared.Next(1_000_000_000)}");
        foreach (var name in (string[])["a", "b"])
            (await caller.UploadAsync(Pictures.Jpeg(200, 100, Random.Shared.Next()), summary.Tenant, summary.Spaces["public"], $"{mark} {name}.jpg")
                .ShouldBe(HttpStatusCode.Created)).Dispose();
        var page = await chromium.NewPageAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var keys = page.Keyboard;
        var heading = page.Locator("h1:focus");

        // Signs in.
        await page.GotoAsync(summary.Portal + summary.Space("public"));
        await Expect(page.GetByLabel("E-mail address")).ToBeFocusedAsync();
        await keys.TypeAsync(summary.PortalUser);
        await keys.PressAsync("Tab");
        await keys.TypeAsync(summary.PortalPassword);
        await keys.PressAsync("Enter");
        await page.InteractiveAsync();

        // Finds an image, opens it and copies its address.
        await FindAsync();
        await ReachAsync(page.GetByTestId("tile").First);
        await keys.PressAsync("Enter");
        await Expect(heading).ToContainTextAsync(mark);
        await Expect(page.GetByTestId("url")).ToContainTextAsync("/img/");
        await keys.PressAsync("c");
        await Expect(page.GetByText("Copied", new() { Exact = true })).ToBeVisibleAsync();
        (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldBe(await page.GetByTestId("url").TextContentAsync());

        // Sets its tags and saves; the button that is off then has handed the focus on.
        await ReachAsync(page.GetByRole(AriaRole.Tab, new() { Name = "Transform", Exact = true }));
        foreach (var tab in (string[])["Focus", "Details"])
        {
            await keys.PressAsync("ArrowRight");
            await Expect(page.GetByRole(AriaRole.Tab, new() { Name = tab, Exact = true })).ToBeFocusedAsync();
        }

        await keys.PressAsync("Enter");
        await ReachAsync(page.GetByLabel("Tags", new() { Exact = true }));
        await keys.TypeAsync(tag);
        await ReachAsync(page.GetByTestId("save"));
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("save")).ToBeDisabledAsync();
        await SomethingHasTheFocusAsync();

        // Chooses several tiles and tags them; the bar of what is chosen goes, and the focus is handed on.
        await GoAsync("Library", heading);
        await FindAsync();
        foreach (var place in (int[])[0, 1])
        {
            await ReachAsync(page.GetByTestId("tile").Nth(place));
            await keys.PressAsync("x");
            await Expect(page.GetByTestId("selection")).ToContainTextAsync($"{place + 1} chosen");
        }

        await ReachAsync(page.GetByTestId("bulk-tag"), "Shift+Tab");
        await keys.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Tags to add" })).ToBeFocusedAsync();
        await keys.TypeAsync(slug);
        await keys.PressAsync("Enter");
        await Expect(page.GetByTitle($"Only images tagged {slug}")).ToHaveCountAsync(2);
        await SomethingHasTheFocusAsync();

        // Deletes one and takes it back.
        await ReachAsync(page.GetByTestId("tile").First);
        await keys.PressAsync("x");
        await page.GetByTestId("selection").WaitForAsync();
        await keys.PressAsync("Delete");
        await ReachAsync(page.GetByTestId("sure"));
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(1);
        await Expect(page.GetByText("1 image is deleted")).ToBeVisibleAsync(); // the tile goes before: others' changes are shown at once
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await SomethingHasTheFocusAsync();
        await keys.PressAsync("z");
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(2);

        // Makes a preset.
        await GoAsync("New preset", page.Locator("[role=dialog]:focus-within"));
        await ReachAsync(page.GetByTestId("preset-slug"));
        await keys.TypeAsync(slug);
        await ReachAsync(page.GetByTestId("preset-operations"));
        await keys.TypeAsync("w_77");
        await ReachAsync(page.GetByTestId("preset-save"));
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("presets")).ToContainTextAsync(slug);
        await SomethingHasTheFocusAsync();

        // Moves to another space, and signs out by the account's menu.
        await ReachAsync(page.GetByTestId("switcher"), "Shift+Tab");
        await keys.PressAsync("Enter");
        await Expect(page.GetByTestId("palette")).ToBeFocusedAsync();
        await keys.TypeAsync("Confidential");
        await Expect(page.GetByRole(AriaRole.Option).First).ToContainTextAsync("Confidential");
        await keys.PressAsync("Enter");
        await Expect(heading).ToHaveTextAsync("Confidential");
        await Expect(page).ToHaveURLAsync(summary.Portal + summary.Space("private"));
        await ReachAsync(page.GetByTestId("account-menu"), "Shift+Tab");
        await keys.PressAsync("Enter");
        await ReachAsync(page.GetByTestId("sign-out"));
        await keys.PressAsync("Enter");
        await Expect(page.GetByText("You are signed out")).ToBeVisibleAsync();
        await page.Context.CloseAsync();

        async Task FindAsync()
        {
            await page.GetByTestId("tile").First.WaitForAsync();
            await keys.PressAsync("/");
            await Expect(page.GetByTestId("search")).ToBeFocusedAsync();
            await keys.TypeAsync(mark);
            await Expect(page.GetByTestId("tile")).ToHaveCountAsync(2);
        }

        async Task GoAsync(string where, ILocator there)
        {
            await keys.PressAsync("Control+k");
            await Expect(page.GetByTestId("palette")).ToBeFocusedAsync();
            await keys.TypeAsync(where);
            await Expect(page.GetByRole(AriaRole.Option).First).ToContainTextAsync(where);
            await keys.PressAsync("Enter");
            await there.WaitForAsync();
        }

        async Task ReachAsync(ILocator control, string key = "Tab")
        {
            await control.WaitForAsync();
            for (var presses = 0; presses < MostPresses; presses++)
            {
                if (await control.EvaluateAsync<bool>("control => control === document.activeElement")) return;
                await keys.PressAsync(key);
            }

            throw new ShouldAssertException($"{control} is not reached by {key}.");
        }

        Task SomethingHasTheFocusAsync() => page.WaitForFunctionAsync("() => document.activeElement.matches(':not(body, :disabled)')");
    }

    [Fact]
    public async Task What_has_the_focus_is_seen_and_lies_under_no_bar()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync(new ViewportSize { Width = 390, Height = 844 });
        await page.SignInAsync(summary);
        List<string> faults = [];
        foreach (var path in (string[])[summary.Space("public"), summary.Space("public") + "/playground", summary.Space("public") + "/policies", "/account"])
        {
            await page.VisitAsync(summary, path);
            await page.LoadedAsync();
            faults.AddRange((await page.EvaluateAsync<string[]>(Unseen)).Select(fault => $"{path} {fault}"));
        }

        faults.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }
}
