using System.Security.Cryptography;
using System.Text;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>The portal's script is kept bundled; this keeps it from falling behind its sources, and small.</summary>
[Trait("Level", "Unit")]
public sealed class ScriptBundleTests
{
    private static readonly string Portal = Path.Combine(Repository.Root, "Portal");

    [Fact]
    public void The_bundle_is_made_of_the_sources_as_they_are()
    {
        var scripts = Directory.GetFiles(Path.Combine(Portal, "Scripts"), "*.js")
            .Order(StringComparer.Ordinal).Prepend(Path.Combine(Portal, "package-lock.json"));
        var sources = string.Concat(scripts.Select(file => File.ReadAllText(file).ReplaceLineEndings("\n")));
        var bundle = File.ReadLines(Path.Combine(Portal, "wwwroot", "js", "portal.js")).First();
        bundle.ShouldEndWith(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sources))), Case.Sensitive,
            "Run `npm ci --ignore-scripts && npm run build` in Portal.");
    }

    [Fact]
    public void The_script_weighs_little_and_asks_no_other_host()
    {
        var text = File.ReadAllBytes(Path.Combine(Portal, "wwwroot", "js", "portal.js"));
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(text);
        packed.Length.ShouldBeLessThan(40_000);
        Encoding.UTF8.GetString(text).ShouldNotContain("import(\"http");
    }
}
