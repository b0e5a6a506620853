using ImageService.Portal.Workspaces;
using Microsoft.AspNetCore.Components;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>The page's address over a line on which the browser's word comes late.</summary>
[Trait("Level", "Unit")]
public sealed class AddressQueryTests
{
    private const string Page = "http://portal.example/o/acme/audit";

    private readonly SlowBrowser _browser = new();
    private readonly OpenCircuit _circuit = new();

    [Fact]
    public void A_change_keeps_the_one_before_that_the_browser_has_not_told_of_yet()
    {
        using var query = new AddressQuery(_browser, _circuit);
        query.Set(replaces: true, ("action", "asset"));
        query.Set(replaces: true, ("actor", "jo"));
        _browser.Asked.ShouldBe([$"{Page}?action=asset", $"{Page}?action=asset&actor=jo"]);
    }

    [Fact]
    public void What_the_browser_told_of_meanwhile_is_what_the_next_change_adds_to()
    {
        using var query = new AddressQuery(_browser, _circuit);
        query.Set(replaces: true, ("action", "asset"));
        _browser.Tells($"{Page}?action=asset");
        _browser.Tells($"{Page}?days=7"); // such as by Back
        query.Set(replaces: true, ("actor", "jo"));
        _browser.Asked[^1].ShouldBe($"{Page}?days=7&actor=jo");
    }

    [Fact]
    public void Another_page_begins_with_its_own_address()
    {
        using var query = new AddressQuery(_browser, _circuit);
        query.Set(replaces: true, ("action", "asset"));
        _browser.Tells("http://portal.example/o/acme/jobs");
        query.Set(replaces: true, ("state", "failed"));
        _browser.Asked[^1].ShouldBe("http://portal.example/o/acme/jobs?state=failed");
    }

    [Fact]
    public async Task A_page_that_is_gone_asks_nothing_of_the_browser()
    {
        using var query = new AddressQuery(_browser, _circuit);
        await _circuit.OnCircuitClosedAsync(null!, TestContext.Current.CancellationToken);
        query.Set(replaces: true, ("tab", "details")); // as tabs tell when they go
        _browser.Asked.ShouldBeEmpty();
    }

    private sealed class SlowBrowser : NavigationManager
    {
        public SlowBrowser() => Initialize("http://portal.example/", Page);

        public List<string> Asked { get; } = [];

        public void Tells(string uri)
        {
            Uri = uri;
            NotifyLocationChanged(isInterceptedLink: false);
        }

        protected override void NavigateToCore(string uri, NavigationOptions options) => Asked.Add(uri);
    }
}
