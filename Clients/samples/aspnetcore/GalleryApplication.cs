using ImageService.AspNetCoreSample.Components;
using ImageService.Client.AspNetCore;

namespace ImageService.AspNetCoreSample;

/// <summary>
/// A gallery of one space, once by the TagHelper (<c>/</c>) and once by the Blazor component (<c>/blazor</c>). Settings: section <c>ImageService</c> (<see
/// cref="ImageServiceOptions"/>),
/// <c>Gallery:Tenant</c> and <c>Gallery:Space</c>.
/// </summary>
public static class GalleryApplication
{
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(GalleryApplication).Assembly.GetName().Name
        });
        builder.Services.AddImageService(options => builder.Configuration.GetSection("ImageService").Bind(options));
        builder.Services.AddSingleton(new Gallery(builder.Configuration["Gallery:Tenant"] ?? "website", builder.Configuration["Gallery:Space"] ?? "marketing"));
        builder.Services.AddRazorPages();
        builder.Services.AddRazorComponents();

        var app = builder.Build();
        app.UseAntiforgery();
        app.MapRazorPages();
        app.MapRazorComponents<App>();
        return app;
    }
}

/// <summary>The space that is shown.</summary>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
public sealed record Gallery(string Tenant, string Space);
