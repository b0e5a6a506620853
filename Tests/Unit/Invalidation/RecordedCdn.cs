using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ImageService.Tests.Core.Invalidation;

/// <summary>A CDN's API on a real socket that remembers what it was sent and answers what it is told to.</summary>
internal sealed class RecordedCdn : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RecordedCdn(WebApplication app) => _app = app;

    public ConcurrentQueue<RecordedCall> Calls { get; } = new();

    /// <summary>Status and body of the n-th call, from 0.</summary>
    public Func<int, (int Status, string Body)> Answer { get; set; } = static _ => (200, """{"success": true}""");

    /// <summary>Entity tag of the n-th answer, from 0; null sends none.</summary>
    public Func<int, string>? ETag { get; set; }

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<RecordedCdn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var cdn = new RecordedCdn(app);
        app.Run(cdn.HandleAsync);
        await app.StartAsync();
        return cdn;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        int number;
        lock (Calls)
        {
            number = Calls.Count;
            Calls.Enqueue(new RecordedCall(
                http.Request.Method, http.Request.Path, body,
                http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        }

        var (status, answer) = Answer(number);
        http.Response.StatusCode = status;
        if (ETag is not null)
            http.Response.Headers.ETag = ETag(number);
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        await http.Response.WriteAsync(answer);
    }
}

/// <summary>One call as it arrived.</summary>
internal sealed record RecordedCall(string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers);
