using ImageService.Tests.Acceptance;
using ImageService.Tests.EndToEnd;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Firefox))]

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// The Firefox that is installed (<c>IMAGESERVICE_FIREFOX</c> if given, else Debian's), driven over WebDriver BiDi: no build of Playwright's own is needed.
/// Its tests skip where there is none.
/// </summary>
public sealed class Firefox() : InstalledBrowser(patienceMs: 60_000)
{
    private const int StartMs = 180_000;

    // One process for pages, no animations.
    private static readonly Dictionary<string, object> Preferences = new(StringComparer.Ordinal)
    {
        ["fission.autostart"] = false, ["dom.ipc.processCount"] = 1, ["dom.ipc.processPrelaunch.enabled"] = false, ["ui.prefersReducedMotion"] = 1,
    };

    private IPage? _owners;

    /// <summary>
    /// A page that is signed in as the demo's owner, one for all journeys that need no other: a profile and a sign-in take Firefox as long as a journey.
    /// Who uses it begins by going somewhere.
    /// </summary>
    public async Task<IPage> OwnersPageAsync(StackSummary summary)
    {
        if (_owners is not null)
            return _owners;
        var page = await NewPageAsync();
        await page.SignInAsync(summary);
        return _owners = page;
    }

    protected override Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        var installed = new[] { Environment.GetEnvironmentVariable("IMAGESERVICE_FIREFOX"), "/usr/bin/firefox-esr", "/usr/bin/firefox" }
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(installed is null, "No Firefox is installed (apt-get install firefox-esr), and IMAGESERVICE_FIREFOX names none.");
        return playwright.Firefox.LaunchAsync(new()
        {
            Channel = "moz-firefox", ExecutablePath = installed, Timeout = StartMs, FirefoxUserPrefs = Preferences,
        });
    }
}
