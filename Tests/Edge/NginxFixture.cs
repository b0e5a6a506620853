using ImageService.Tests.Edge;
using Xunit;

[assembly: AssemblyFixture(typeof(NginxFixture))]

namespace ImageService.Tests.Edge;

/// <summary>A real <c>nginx</c> with <c>nginx.conf</c> and its purge module.</summary>
public sealed class NginxFixture : EdgeServer
{
    private const string Module = "/usr/lib/nginx/modules/ngx_http_cache_purge_module.so";

    private static readonly string[] Places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"];
    private static readonly string? Program = Places.FirstOrDefault(File.Exists);

    protected override string? Missing =>
        Program is null ? $"nginx is not installed ({string.Join(", ", Places)})"
            : File.Exists(Module) ? null : $"nginx's module cache_purge is not installed ({Module})";

    protected override string ConfigurationFile => "nginx.conf";

    protected override string Adapt(string configuration, int originPort, int port, string folder) =>
        $"pid {folder}/nginx.pid;\nerror_log stderr;\n" + configuration
        .Replace("load_module modules/ngx_http_cache_purge_module.so", $"load_module {Module}", StringComparison.Ordinal)
        .Replace("http {", $"http {{\n    access_log off;\n    client_body_temp_path {folder}/body;\n    proxy_temp_path {folder}/proxy;\n    fastcgi_temp_path {folder}/fastcgi;\n    uwsgi_temp_path {folder}/uwsgi;\n    scgi_temp_path {folder}/scgi;\n", StringComparison.Ordinal)
        .Replace("/var/cache/nginx/images", $"{folder}/images", StringComparison.Ordinal)
        .Replace("127.0.0.1:8080", $"127.0.0.1:{originPort}", StringComparison.Ordinal)
        .Replace("listen 80;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal);

    // One process, so that killing it leaves no worker behind.
    protected override (string Program, string[] Arguments) Command(string configuration, int port, string folder) =>
        (Program!, ["-p", folder, "-e", "stderr", "-c", configuration, "-g", "daemon off; master_process off;"]);
}
