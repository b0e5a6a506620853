using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>What a viewer is let see, offered and refused.</summary>
[Trait("Level", "EndToEnd")]
public sealed partial class ViewerJourneyTests(RunningStack stack, Chromium chromium)
{
    private const string NotForThem = "Not for your role";

    private static readonly string[] Closed =
        ["settings", "members", "api-keys", "signing-keys", "webhooks", "edges", "identity", "audit", "jobs", "setup", "system"];

    private static readonly string[] ViewersScopes = ["image:read", "usage:read"];

    // What can be pressed or filled in, by its name; a field that takes files is one though it is not seen.
    private const string Offered = """
        () => [...document.querySelectorAll('main :is(button, input, textarea, [role=combobox], [role=menuitem]):not(:disabled)')]
            .filter(control => control.checkVisibility() || control.type === 'file')
            .map(control => (control.getAttribute('aria-label') ?? control.labels?.[0]?.textContent ?? control.textContent).trim())
        """;

    [Fact]
    public async Task A_viewer_sees_every_page_and_private_images_and_is_offered_nothing_that_would_be_refused()
    {
        var summary = await stack.SummaryAsync();
        var owner = await chromium.NewPageAsync();
        await owner.SignInAsync(summary);
        await owner.VisitAsync(summary, $"/o/{summary.Organization}/members");
        var email = $"viewer-{Guid.CreateVersion7():n}@acme.example";
        await owner.GetByTestId("invite").ClickAsync();
        await owner.GetByTestId("invite-email").FillAsync(email);
        await owner.GetByTestId("invite-send").ClickAsync();
        var link = (await owner.GetByTestId("secret").TextContentAsync()).ShouldNotBeNull();
        await owner.GetByTestId("stored").ClickAsync();
        await Expect(owner.GetByTestId("members")).ToContainTextAsync(email);

        var viewer = await chromium.NewPageAsync();
        await viewer.GotoAsync(link);
        await viewer.GetByLabel("Your name").FillAsync("Vera Viewer");
        await viewer.GetByLabel("Password").FillAsync("a few words to remember");
        await viewer.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await viewer.InteractiveAsync();
        await viewer.VisitAsync(summary, "/account");
        List<string> offered = [];
        foreach (var path in summary.EveryPath().Where(path => !IsClosed(path) && path != "/account" && path != summary.Space("private")))
        {
            await viewer.GoAsync(path);
            await Expect(viewer.Locator("h1")).Not.ToHaveTextAsync(NotForThem);
            await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToHaveCountAsync(0); // nothing that the page asked for is refused
            offered.AddRange((await ChangingAsync(viewer)).Select(name => $"{path}: {name}"));
        }

        // What others look after is closed by its address, too, and no link leads there.
        foreach (var path in summary.EveryPath().Where(IsClosed))
        {
            await viewer.EvaluateAsync("path => Blazor.navigateTo(path)", path);
            await Expect(viewer).ToHaveURLAsync(summary.Portal + path);
            await Expect(viewer.Locator("h1")).ToHaveTextAsync(NotForThem);
            await Expect(viewer.Locator($"a[href='{path}']")).ToHaveCountAsync(0);
        }

        await viewer.GoAsync(summary.Space("private"));
        var picture = viewer.GetByTestId("tile").First.Locator("img");
        await Expect(picture).ToHaveJSPropertyAsync("complete", true);
        (await picture.EvaluateAsync<int>("image => image.naturalWidth")).ShouldBeGreaterThan(0);
        await viewer.GetByTestId("tile").First.ClickAsync();
        await Expect(viewer.GetByTestId("preview")).ToBeVisibleAsync();
        foreach (var tab in (string[])["Focus", "Details", "Code", "Variants", "Transform"])
        {
            await viewer.GetByRole(AriaRole.Tab, new() { Name = tab, Exact = true }).ClickAsync();
            await viewer.LoadedAsync();
            offered.AddRange((await ChangingAsync(viewer)).Select(name => $"an image's {tab}: {name}"));
        }

        offered.ShouldBeEmpty();

        // An owner is offered what a viewer is not: the words looked for are those of the pages.
        foreach (var path in (string[])[summary.Space("public"), summary.Space("public") + "/presets", summary.Space("public") + "/policies"])
        {
            await owner.GoAsync(path);
            (await ChangingAsync(owner)).ShouldNotBeEmpty(path);
        }

        (await viewer.EvaluateAsync<int>("path => fetch(path, { method: 'POST' }).then(answer => answer.status)",
            $"{summary.Space("private")}/upload-ticket")).ShouldBe(403);
        await viewer.Context.CloseAsync();
        await owner.Context.CloseAsync();

        (await AcceptedAsync(summary, email)).ShouldBeEmpty();
    }

    /// <summary>Calls each route whose scope a viewer lacks as that viewer does who signs in without the portal.</summary>
    /// <returns>Those that were not refused for that.</returns>
    private static async Task<List<string>> AcceptedAsync(StackSummary summary, string email)
    {
        using var anybody = new Caller(new Uri(summary.Api), apiKey: null);
        using var session = await anybody.PostAsync("/v1/sessions", new { email, password = "a few words to remember" }).ShouldBe(HttpStatusCode.Created);
        (string, string)[] viewer = [("Authorization", $"Bearer {(await session.JsonAsync())["token"].Text()}"), ("X-Organization", summary.Organization)];
        using var images = await anybody.GetAsync($"/v1/assets?tenant={summary.Tenant}&space={summary.Spaces["public"]}", viewer).ShouldBe(HttpStatusCode.OK);
        var asset = (await images.JsonAsync())["items"]![0]!["id"].Text();
        using var document = await anybody.GetAsync("/openapi/v1.json").ShouldBe(HttpStatusCode.OK);
        List<string> accepted = [];
        var refused = 0;
        foreach (var (path, methods) in (await document.JsonAsync())["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject().Where(static one => one.Value is JsonObject))
            {
                var scope = NeededScope().Match((string?)operation!["description"] ?? "").Groups["scope"].Value;
                if (scope.Length == 0 || ViewersScopes.Contains(scope)) continue;
                var filled = AssetOf().Replace(path, $"/assets/{asset}").Replace("{org}", summary.Organization, StringComparison.Ordinal)
                    .Replace("{version}", "1", StringComparison.Ordinal).Replace("{tenant}", summary.Tenant, StringComparison.Ordinal)
                    .Replace("{space}", summary.Spaces["public"], StringComparison.Ordinal);
                using var body = operation["requestBody"] is null ? null : new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
                filled = Hole().Replace(filled, Guid.Empty.ToString());
                using var answer = await anybody.SendAsync(new HttpMethod(method.ToUpperInvariant()), filled, body, viewer);
                if (answer.StatusCode == HttpStatusCode.Forbidden) refused++;
                else accepted.Add($"{method} {path}: {(int)answer.StatusCode}");
            }
        }

        refused.ShouldBeGreaterThan(80);
        return accepted;
    }

    private static bool IsClosed(string path) => Closed.Contains(path.Split('/')[^1]);

    /// <summary>Names of controls that would change something.</summary>
    private static async Task<IEnumerable<string>> ChangingAsync(IPage page) =>
        (await page.EvaluateAsync<string[]>(Offered)).Where(static name => Change().IsMatch(name));

    [GeneratedRegex(
        "^(new|add|upload|by url|delete|drop|remove|restore|empty|rotate|revoke|make|invite|save|change|edit|set|override|lock|tag|untag|move|rename|create"
            + @"|claim|verify|deliver|switch|purge|retry|import|use again|take|give)\b",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Change();

    [GeneratedRegex("Needs the scope `(?<scope>[a-z:]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NeededScope();

    [GeneratedRegex(@"/assets/\{[^}]+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AssetOf();

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hole();
}
