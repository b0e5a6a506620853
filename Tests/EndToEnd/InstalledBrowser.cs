using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>One real browser for the whole run, started by the first test that asks.</summary>
/// <param name="patienceMs">How long an action waits for what it acts on.</param>
public abstract class InstalledBrowser(int patienceMs) : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A fresh profile with one empty page; dispose the context when done.</summary>
    public async Task<IPage> NewPageAsync(ViewportSize? viewport = null)
    {
        var context = await (await BrowserAsync()).NewContextAsync(new() { ViewportSize = viewport ?? new ViewportSize { Width = 1280, Height = 860 } });
        context.SetDefaultTimeout(patienceMs);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        _starting.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts it, or skips the test where it is not installed.</summary>
    protected abstract Task<IBrowser> LaunchAsync(IPlaywright playwright);

    private async Task<IBrowser> BrowserAsync()
    {
        await _starting.WaitAsync();
        try
        {
            SetDefaultExpectTimeout(30_000);
            return _browser ??= await LaunchAsync(_playwright ??= await Playwright.CreateAsync());
        }
        finally
        {
            _starting.Release();
        }
    }
}
