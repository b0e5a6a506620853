using ImageService.AspNetCoreSample;
using ImageService.Client;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.EndToEnd;
using ImageService.Tests.Support;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Clients;

/// <summary>The ASP.NET Core sample in a real browser: TagHelper and Blazor component show public and private images, placeholders included.</summary>
[Trait("Level", "EndToEnd")]
public sealed class AspNetCoreSampleTests(PostgresServer postgres, RedisServer redis, Chromium chromium) : GatewayTest(postgres, redis)
{
    private const int Pictures = 3;

    protected override Dictionary<string, string?> Settings => new() { ["Access:PlatformKey"] = ApiFactory.PlatformKey };

    [Fact]
    public async Task Its_pages_show_public_and_private_images()
    {
        var owner = new ApiClient(Stack.Http) { Key = ApiFactory.PlatformKey };
        var slug = $"t{Guid.CreateVersion7():n}";
        var key = (await owner.PostAsync("/v1/organizations", new { slug, name = "Shop" }).OkAsync(201)).Text("apiKey");
        owner = new ApiClient(Stack.Http) { Key = key };
        var root = $"/v1/organizations/{slug}/tenants";
        var tenant = (await owner.PostAsync(root, new { slug = "website", name = "Website" }).OkAsync(201)).Text("id");
        var signing = await owner.PostAsync($"{root}/website/signing-keys/rotate", new { graceSeconds = 0 }).OkAsync(201);
        using var http = new HttpClient { BaseAddress = Stack.Url };
        var images = new ImageServiceClient(http, key);
        foreach (var (space, access) in ((string, string)[])[("marketing", "public"), ("confidential", "private")])
        {
            await owner.PostAsync($"{root}/website/spaces", new { slug = space, name = space, defaultAccess = access }).OkAsync(201);
            for (var i = 0; i < Pictures; i++)
                await images.UploadAsync(new MemoryStream(Acceptance.Pictures.Jpeg(300, 200, 71_000 + i)),
                    new UploadDetails("website", space, $"{space} {i}.jpg"), Ct);
            await ShowsAsync(space, Stack.Url, key, signing.Text("kid"), signing.Text("secret"), tenant);
        }
    }

    private async Task ShowsAsync(string space, Uri api, string key, string kid, string secret, string tenant)
    {
        await using var site = GalleryApplication.Create(
        [
            "--urls=http://127.0.0.1:0", $"--Gallery:Space={space}", $"--ImageService:ApiUrl={api}", $"--ImageService:ApiKey={key}",
                $"--ImageService:SigningKey:Kid={kid}",
            $"--ImageService:SigningKey:Secret={secret}", $"--ImageService:SigningKey:TenantId={tenant}", "--Logging:LogLevel:Default=Warning",
        ]);
        await site.StartAsync(Ct);
        var page = await chromium.NewPageAsync();
        foreach (var (path, count) in ((string, int)[])[("/", Pictures + 1), ("/blazor", Pictures)])
        {
            await page.GotoAsync(site.Urls.Single() + path);
            await page.WaitForFunctionAsync($"document.images.length === {count} && [...document.images].every(image => image.complete)");
            (await page.EvaluateAsync<int>("[...document.images].filter(image => image.naturalWidth > 0 && image.alt && image.width > 0).length"))
                .ShouldBe(count, $"{space}{path}");
            (await page.EvaluateAsync<bool>("[...document.images].every(image => image.currentSrc.includes('scope=asset'))")).ShouldBe(space == "confidential");
            (await PlaceholderAsync(page)).ShouldBe(1.5, 0.4, "the placeholder is a picture of the original's shape");
        }

        await page.Context.CloseAsync();
    }

    /// <summary>Width to height of the first image's placeholder, as the browser decodes it.</summary>
    private static Task<double> PlaceholderAsync(IPage page) => page.EvaluateAsync<double>(
        """
        async () => {
            const url = /url\("(data:image\/png[^"]*)"\)/.exec(getComputedStyle(document.images[0]).backgroundImage)[1];
            const image = new Image();
            image.src = url;
            await image.decode();
            return image.naturalWidth / image.naturalHeight;
        }
        """);
}
