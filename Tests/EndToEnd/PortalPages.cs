using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;

namespace ImageService.Tests.EndToEnd;

/// <summary>Ways through the portal that many journeys take.</summary>
internal static class PortalPages
{
    public static async Task SignInAsync(this IPage page, StackSummary summary)
    {
        await page.GotoAsync(summary.Portal);
        await page.GetByLabel("E-mail address").FillAsync(summary.PortalUser);
        await page.GetByLabel("Password").FillAsync(summary.PortalPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.InteractiveAsync();
    }

    /// <summary>Invites a new person and accepts for him.</summary>
    /// <returns>The summary as that person has it.</returns>
    public static async Task<StackSummary> JoinAsync(this IPage page, StackSummary summary, string role)
    {
        const string Password = "a few words to remember";
        var email = $"{role}-{Guid.CreateVersion7():n}@acme.example";
        using var owner = new Caller(new Uri(summary.Api), summary.ApiKey);
        using var invited = await owner.PostAsync($"/v1/organizations/{summary.Organization}/members", new { email, role }).ShouldBe(HttpStatusCode.Created);
        await page.GotoAsync((string)(await invited.JsonAsync())["invitationUrl"]!);
        await page.GetByLabel("Your name").FillAsync("Jo Journey");
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await page.InteractiveAsync();
        return summary with { PortalUser = email, PortalPassword = Password };
    }

    /// <summary>Goes to a path and waits until it can be used.</summary>
    public static async Task VisitAsync(this IPage page, StackSummary summary, string path)
    {
        await page.GotoAsync(summary.Portal + path);
        await page.InteractiveAsync();
    }

    /// <summary>
    /// Goes to a path within the circuit, as a link does, and waits until all of it is there and its heading has the focus. It must be another kind of page
    /// than the one before: two of a kind share their heading.
    /// </summary>
    public static async Task GoAsync(this IPage page, string path)
    {
        await page.EvaluateAsync("path => { for (const head of document.querySelectorAll('h1')) head.dataset.before = ''; Blazor.navigateTo(path); }", path);
        await page.Locator("h1:not([data-before]):focus").WaitForAsync();
        await page.LoadedAsync();
    }

    /// <summary>A click before the circuit is up would be lost.</summary>
    public static Task InteractiveAsync(this IPage page) => page.Locator("main[data-interactive=true]").WaitForAsync();

    /// <summary>The address of every page that needs no image of its own, as the portal's map has them.</summary>
    public static IReadOnlyList<string> EveryPath(this StackSummary summary)
    {
        var organization = $"/o/{summary.Organization}";
        var space = summary.Space("public");
        return
        [
            organization, $"{organization}/{summary.Tenant}", space, summary.Space("private"), $"{space}/presets", $"{organization}/overlays",
            $"{space}/policies", $"{space}/imports", $"{space}/trash", $"{space}/settings", $"{space}/hosts",
            $"{organization}/usage", $"{organization}/members", $"{organization}/api-keys", $"{organization}/signing-keys", $"{organization}/webhooks",
            $"{organization}/edges",
            $"{organization}/identity", $"{organization}/audit", $"{organization}/jobs", $"{organization}/setup", $"{space}/playground",
            $"{space}/presets/card", "/system", "/account", $"/explain?url={Uri.EscapeDataString(summary.PublicUrl)}",
        ];
    }

    /// <summary>Waits until nothing on the page is still being loaded.</summary>
    public static Task LoadedAsync(this IPage page) =>
        page.Locator("main [aria-busy=true]").First.WaitForAsync(new() { State = WaitForSelectorState.Detached });

    public static string Space(this StackSummary summary, string kind) => $"/o/{summary.Organization}/{summary.Tenant}/{summary.Spaces[kind]}";
}
