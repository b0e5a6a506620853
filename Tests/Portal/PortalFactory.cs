using System.Collections.Concurrent;
using System.Net;
using ImageService.Portal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Mvc.Testing.Handlers;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>The portal in memory before an Api that answers what the test says and remembers what it was asked.</summary>
public sealed class PortalFactory : WebApplicationFactory<AssemblyMarker>, IAsyncLifetime
{
    private WebApplication? _api;

    /// <summary>Requests the Api got: method with path, then headers and body.</summary>
    public ConcurrentQueue<ApiCall> Calls { get; } = new();

    /// <summary>What the Api answers; 404 where it says null.</summary>
    public Func<ApiCall, (int Status, string Body)?> Answer { get; set; } = _ => null;

    /// <summary>Folder of the keys that it shares with other replicas; null for its own.</summary>
    public string? KeyDirectory { get; init; }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _api = builder.Build();
        _api.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var call = new ApiCall(
                $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await reader.ReadToEndAsync());
            Calls.Enqueue(call);
            var (status, body) = Answer(call) ?? (404, "{}");
            context.Response.StatusCode = status;
            if (status == 204) return;
            context.Response.ContentType = status >= 400 ? "application/problem+json" : "application/json";
            await context.Response.WriteAsync(body);
        });
        await _api.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _api!.DisposeAsync();
    }

    /// <summary>A browser without scripts: keeps cookies, follows nothing.</summary>
    public HttpClient Browser() => CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = true });

    /// <summary>A browser whose cookies are those of the jar, whichever replica it is led to.</summary>
    public HttpClient Browser(CookieContainer jar) => CreateDefaultClient(new CookieContainerHandler(jar));

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.UseSetting("services:api:http:0", _api!.Urls.Single());
        if (KeyDirectory is not null)
            builder.UseSetting("Portal:KeyDirectory", KeyDirectory);
    }
}

/// <summary>One request as the Api got it.</summary>
public sealed record ApiCall(string Line, IReadOnlyDictionary<string, string> Headers, string Body);
