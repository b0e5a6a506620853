using ImageService.Tests.EndToEnd;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Firefox))]

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// The Firefox that is installed (<c>IMAGESERVICE_FIREFOX</c> if given, else Debian's), driven over WebDriver BiDi: no build of Playwright's own is needed.
/// Started by the first test that asks.
/// </summary>
public sealed class Firefox : IAsyncDisposable
{
    private const int StartMs = 180_000;

    private static readonly string? Installed =
        new[] { Environment.GetEnvironmentVariable("IMAGESERVICE_FIREFOX"), "/usr/bin/firefox-esr", "/usr/bin/firefox" }.FirstOrDefault(File.Exists);

    private readonly Lazy<Task<IBrowser>> _browser;
    private IPlaywright? _playwright;

    public Firefox() => _browser = new(StartAsync, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>A fresh profile with one empty page; dispose the context when done. Skips the test where no Firefox is installed.</summary>
    public async Task<IPage> NewPageAsync()
    {
        Assert.SkipWhen(Installed is null, "No Firefox is installed (apt-get install firefox-esr), and IMAGESERVICE_FIREFOX names none.");
        var context = await (await _browser.Value).NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 860 } });
        context.SetDefaultTimeout(60_000);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser.IsValueCreated && _browser.Value.IsCompletedSuccessfully)
            await (await _browser.Value).DisposeAsync();
        _playwright?.Dispose();
    }

    private async Task<IBrowser> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        return await _playwright.Firefox.LaunchAsync(new() { Channel = "moz-firefox", ExecutablePath = Installed, Timeout = StartMs });
    }
}
