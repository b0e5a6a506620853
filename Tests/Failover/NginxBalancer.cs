using System.Globalization;
using ImageService.AppHost.Servers;
using ImageService.Tests.Support;
using ImageService.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Failover;

/// <summary>
/// A real nginx in front of replicas, with connections that it keeps. It does not ask whether a replica is ready: <see cref="SendToAsync"/> tells it, as an
/// ingress controller does, by its configuration and SIGHUP.
/// </summary>
internal sealed class NginxBalancer : IAsyncDisposable
{
    private const int Reload = 1; // SIGHUP

    private static readonly string? Program = Executables.Find("nginx");

    private readonly ProcessSpawner _spawner = new();
    private readonly PrivateFolder _folder = new("nginx");
    private readonly string _place;
    private ChildProcess? _nginx;

    private NginxBalancer() => _place = _folder.Next();

    /// <summary>What is not installed; null where everything is.</summary>
    public static string? Missing => Program is null ? "nginx is not installed: no replica was restarted behind a proxy." : null;

    public Uri Url { get; } = new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));

    private string Configuration => Path.Combine(_place, "nginx.conf");

    public static async Task<NginxBalancer> StartAsync(IEnumerable<Uri> replicas)
    {
        var nginx = new NginxBalancer();
        Directory.CreateDirectory(nginx._place);
        await nginx.WriteAsync(replicas);
        LastLines told = new(static _ => { });
        nginx._nginx = await nginx._spawner.StartAsync(
            new ProcessCommand(Program!, ["-p", nginx._place, "-e", "stderr", "-c", nginx.Configuration, "-g", "daemon off;"], nginx._place), told.Add);
        using var http = new HttpClient();
        await Probe.UntilAsync(async () =>
        {
            nginx._nginx.Exited.IsCompleted.ShouldBeFalse(told.ToString());
            try
            {
                using var answer = await http.GetAsync(new Uri(nginx.Url, "/health/live"), TestContext.Current.CancellationToken);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, "nginx answers", TimeSpan.FromSeconds(30));
        return nginx;
    }

    /// <summary>From now on these replicas are asked, and no others; what is under way goes on.</summary>
    public async Task SendToAsync(IEnumerable<Uri> replicas)
    {
        await WriteAsync(replicas);
        Posix.Signal(_nginx!.Id, Reload).ShouldBeTrue();
    }

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        _spawner.Dispose();
        _folder.Dispose();
    }

    private async Task WriteAsync(IEnumerable<Uri> replicas)
    {
        var servers = string.Concat(replicas.Select(static replica => $"server {replica.Authority}; "));
        await File.WriteAllTextAsync(Configuration, $$"""
            user {{Environment.UserName}};
            worker_processes 1;
            pid {{_place}}/nginx.pid;
            events { worker_connections 512; }
            http {
                access_log off;
                client_body_temp_path {{_place}}/body;
                proxy_temp_path {{_place}}/proxy;
                fastcgi_temp_path {{_place}}/fastcgi;
                uwsgi_temp_path {{_place}}/uwsgi;
                scgi_temp_path {{_place}}/scgi;
                upstream imageservice { {{servers}} keepalive 16; }
                server {
                    listen {{Url.Authority}};
                    client_max_body_size 0;
                    location / {
                        proxy_pass http://imageservice;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_set_header Host $http_host;
                    }
                }
            }
            """, TestContext.Current.CancellationToken);
    }
}
