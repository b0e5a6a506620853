using System.Text;
using ImageService.Client;
using ImageService.Client.AspNetCore;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Edge;
using ImageService.Tests.EndToEnd;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using AssetAccess = ImageService.Core.Registry.AssetAccess;

namespace ImageService.Tests.Clients;

/// <summary>
/// A page of 40 private images, each with one signature in its <c>srcset</c>: a browser shows all, and no URL outside a signature's scope is served, at the
/// gateway or at an edge.
/// </summary>
[Trait("Level", "EndToEnd")]
public sealed class SrcsetPageTests(PostgresServer postgres, RedisServer redis, Chromium chromium) : GatewayTest(postgres, redis)
{
    private const int Count = 40;

    [Fact]
    public async Task Forty_private_images_show_by_one_signature_each_and_nothing_outside_its_scope_is_served()
    {
        var space = await Stack.NewSpaceAsync();
        List<ImageAsset> assets = [];
        for (var i = 0; i < Count; i++)
            assets.Add(Describe(await space.AddAsync(AssetAccess.Private, 160, 120)));
        var options = new ImageServiceOptions
        {
            SigningKey = new SigningKey(space.Kid, System.Buffers.Text.Base64Url.EncodeToString(space.Secret),
            space.TenantId), Widths = { 40, 80, 160 }
        };
        var markup = new ImageMarkup(Options.Create(options));
        var images = assets.ConvertAll(asset => markup.For(asset, new ImageOperations { Width = 40, Height = 30, Fit = Fit.Cover }));

        images.ForEach(image => Candidates(image).Select(url => url[url.IndexOf('?', StringComparison.Ordinal)..]).Distinct().ShouldHaveSingleItem());
        images.Select(image => image.Src.Split("sig=")[1][..43]).ShouldBeUnique();
        await ShowAsync(images);
        await NothingElseIsServedAsync(space, images);
    }

    private async Task ShowAsync(List<ImageAttributes> images)
    {
        var html = new StringBuilder("<!doctype html><title>Private</title><link rel=icon href=data:,>");
        foreach (var image in images)
            html.Append($"<img src=\"{image.Src}\" srcset=\"{image.Srcset}\" sizes=\"{image.Sizes}\" width=40 height=30 alt=\"\">".Replace("&", "&amp;",
                StringComparison.Ordinal));
        await using var site = await SiteAsync(html.ToString());
        var page = await chromium.NewPageAsync();
        // Forty first transforms take what the machine needs for them, not what a page usually does.
        await page.GotoAsync(site.Urls.Single(), new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await page.WaitForFunctionAsync("[...document.images].every(image => image.complete)", null, new() { Timeout = 120_000 });
        var shown = await page.EvaluateAsync<string[]>("[...document.images].filter(image => image.naturalWidth > 0).map(image => image.currentSrc)");
        shown.Length.ShouldBe(Count);
        for (var i = 0; i < Count; i++)
            Candidates(images[i]).ShouldContain(shown[i]);
        await page.Context.CloseAsync();
    }

    /// <summary>For each image: other operations, another version, another asset, another place, a changed end, key and scope.</summary>
    private async Task NothingElseIsServedAsync(StackSpace space, List<ImageAttributes> images)
    {
        List<SignatureVectors.Vector> vectors = [];
        for (var i = 0; i < Count; i++)
        {
            var inside = new Uri(images[i].Src).PathAndQuery;
            var other = new Uri(images[(i + 1) % Count].Src).AbsolutePath;
            var (path, query) = (inside.Split('?')[0], inside.Split('?')[1]);
            Add("inside", inside, valid: true);
            Add("another size and format",
                path.Replace("fmt_auto-w_40-h_30", "w_80-h_60-dpr_2-q_50", StringComparison.Ordinal)
                .Replace(".jpg", ".webp", StringComparison.Ordinal) + "?" + query, valid: true);
            Add("another operation", path.Replace("-f_cover", "-f_cover-bw", StringComparison.Ordinal) + "?" + query);
            Add("another fit", path.Replace("-f_cover", "-f_fill", StringComparison.Ordinal) + "?" + query);
            Add("the original", path[..(path.LastIndexOf('/') + 1)] + "original.jpg?" + query);
            Add("another version", path.Replace("/v1/fmt", "/v2/fmt", StringComparison.Ordinal) + "?" + query);
            Add("another asset", other + "?" + query);
            Add("another space", path.Replace("/marketing/", "/market/", StringComparison.Ordinal) + "?" + query);
            Add("a later end", inside.Replace("&exp=", "&exp=1", StringComparison.Ordinal));
            Add("another key", inside.Replace($"&kid={space.Kid}", "&kid=key_none", StringComparison.Ordinal));
            Add("without its scope", inside.Replace("&scope=asset", "", StringComparison.Ordinal));
            Add("another scope", inside.Replace("&scope=asset", "&scope=space", StringComparison.Ordinal));
            Add("without a signature", path);

            void Add(string name, string target, bool valid = false) => vectors.Add(new()
            {
                Name = $"{i}: {name}",
                Method = "GET",
                Host = "localhost",
                Target = target,
                Valid = valid,
            });
        }

        foreach (var vector in vectors)
        {
            using var response = await Stack.GetAsync(vector.Target);
            ((int)response.StatusCode).ShouldBe(vector.Valid ? 200 : 401, $"gateway, {vector.Name}: {vector.Target}");
        }

        using var folder = new PrivateFolder("edges");
        var key = new SignatureVectors.Key($"{space.Organization}/website", space.TenantId, System.Buffers.Text.Base64Url.EncodeToString(space.Secret));
        var at = await EdgeFunctions.WithVectorsAsync(
            Directory.CreateDirectory(folder.Next()).FullName,
                new SignatureVectors(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new() { [space.Kid] = key }, [.. vectors]), Ct);
        foreach (var kind in (string[])["cloudfront", "cloudflare"])
        {
            var statuses = await EdgeFunctions.RunAsync(kind, at, Ct);
            foreach (var vector in vectors)
                statuses[vector.Name].ShouldBe(vector.Valid ? 200 : 401, $"{kind}, {vector.Name}: {vector.Target}");
        }
    }

    private ImageAsset Describe(StackAsset asset) => new()
    {
        Id = asset.Id.ToString(),
        Version = 1,
        Tenant = "website",
        Space = "marketing",
        Folder = "/",
        Access = ImageAccess.Private,
        Filename = "a.jpg",
        Format = "jpg",
        Width = 160,
        Height = 120,
        Urls = new AssetUrls(Stack.Url.GetLeftPart(UriPartial.Authority) + asset.Path("priv", "original.jpg"), new Dictionary<string, string>()),
    };

    private static IEnumerable<string> Candidates(ImageAttributes image) => image.Srcset.Split(", ").Select(candidate => candidate.Split(' ')[0]);

    private static async Task<WebApplication> SiteAsync(string html)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var site = builder.Build();
        site.Run(async http =>
        {
            http.Response.ContentType = "text/html; charset=utf-8";
            await http.Response.WriteAsync(html);
        });
        await site.StartAsync(Ct);
        return site;
    }
}
