using ImageService.Tests.Edge;
using Xunit;

[assembly: AssemblyFixture(typeof(VarnishFixture))]

namespace ImageService.Tests.Edge;

/// <summary>A real <c>varnishd</c> with <c>varnish.vcl</c>.</summary>
public sealed class VarnishFixture : EdgeServer
{
    private static readonly string[] Places = ["/usr/sbin/varnishd", "/usr/local/sbin/varnishd", "/opt/homebrew/sbin/varnishd"];
    private static readonly string? Program = Places.FirstOrDefault(File.Exists);

    protected override string? Missing => Program is null ? $"varnishd is not installed ({string.Join(", ", Places)})" : null;

    protected override string ConfigurationFile => "varnish.vcl";

    protected override string Adapt(string configuration, int originPort, int port, string folder) =>
        configuration.Replace("\"8080\"", $"\"{originPort}\"", StringComparison.Ordinal);

    protected override (string Program, string[] Arguments) Command(string configuration, int port, string folder) =>
        (Program!, ["-F", "-j", "none", "-n", Path.Combine(folder, "work"), "-a", $"127.0.0.1:{port}", "-T", "none", "-f", configuration, "-s", "malloc,16m"]);
}
