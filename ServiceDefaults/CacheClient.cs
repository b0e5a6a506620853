using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.Hosting;

/// <summary>The client of the shared cache.</summary>
public static class CacheClient
{
    /// <summary>
    /// Adds the Redis client named <c>cache</c> where <c>ConnectionStrings:cache</c> names a server; without one each process remembers for itself.
    /// </summary>
    public static void AddCacheClient(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString("cache") is { Length: > 0 })
            builder.AddRedisClient("cache");
    }
}
