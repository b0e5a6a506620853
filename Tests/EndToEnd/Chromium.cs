using ImageService.Tests.EndToEnd;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// One real browser for the end-to-end suite: <c>IMAGESERVICE_BROWSER</c> if given, else Debian's, else the one Playwright installed.
/// Started by the first test that asks.
/// </summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly Lazy<Task<IBrowser>> _browser;
    private IPlaywright? _playwright;

    public Chromium() => _browser = new(StartAsync, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>A fresh profile with one empty page; dispose the context when done.</summary>
    public async Task<IPage> NewPageAsync(ViewportSize? viewport = null)
    {
        var context = await (await _browser.Value).NewContextAsync(new() { ViewportSize = viewport ?? new ViewportSize { Width = 1280, Height = 860 } });
        context.SetDefaultTimeout(30_000);
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
        string?[] installed = [Environment.GetEnvironmentVariable("IMAGESERVICE_BROWSER"), "/usr/bin/chromium", "/usr/bin/chromium-browser"];
        Assertions.SetDefaultExpectTimeout(30_000);
        _playwright = await Playwright.CreateAsync();
        return await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = installed.FirstOrDefault(path => File.Exists(path)), Args = Flags });
    }
}
