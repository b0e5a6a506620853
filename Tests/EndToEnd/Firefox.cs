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

    protected override Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        var installed = new[] { Environment.GetEnvironmentVariable("IMAGESERVICE_FIREFOX"), "/usr/bin/firefox-esr", "/usr/bin/firefox" }
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(installed is null, "No Firefox is installed (apt-get install firefox-esr), and IMAGESERVICE_FIREFOX names none.");
        return playwright.Firefox.LaunchAsync(new() { Channel = "moz-firefox", ExecutablePath = installed, Timeout = StartMs });
    }
}
