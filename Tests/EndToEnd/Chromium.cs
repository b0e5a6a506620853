using ImageService.Tests.EndToEnd;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace ImageService.Tests.EndToEnd;

/// <summary><c>IMAGESERVICE_BROWSER</c> if given, else Debian's, else the one Playwright installed.</summary>
public sealed class Chromium() : InstalledBrowser(patienceMs: 30_000)
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    protected override Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        string?[] installed =
        [
            Environment.GetEnvironmentVariable("IMAGESERVICE_BROWSER"), "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser",
        ];
        return playwright.Chromium.LaunchAsync(new() { ExecutablePath = installed.FirstOrDefault(path => File.Exists(path)), Args = Flags });
    }
}
