using ImageService.Core.Registry;
using Microsoft.Extensions.Hosting;

namespace ImageService.Core;

/// <summary>Every room of the core on one page; Api and Worker call it once.</summary>
public static class CoreServices
{
    /// <summary>Registers all rooms. The host adds the clients named <c>registry</c> (PostgreSQL) and <c>cache</c> (Redis) itself.</summary>
    public static IHostApplicationBuilder AddImageService(this IHostApplicationBuilder builder)
    {
        builder.Services.AddRegistry();
        return builder;
    }
}
