using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ImageService.Client;
using ImageService.Portal.Client;
using ImageService.Portal.Images;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal;

/// <summary>The code that the portal's page of an image offers is code of the client packages, and makes the very address shown.</summary>
[Trait("Level", "Integration")]
public sealed partial class ClientCodeTests
{
    private const string Origin = "https://images.example.com";

    private static readonly AssetResponse Asset = JsonSerializer.Deserialize(
        """
        {"id":"01KAVW3S8N2V4B6D8F0H2K4M6P","version":3,"tenant":"website","space":"marketing","folder":"/","tags":[],"access":"public","filename":"a.jpg","format":"jpg","width":800,"height":600,
         "hasAlpha":false,"frames":1,"sizeBytes":1,"contentHash":"","uploadedAt":"2026-01-01T00:00:00Z","urls":{"original":"","presets":{}},"palette":[],"updatedAt":"2026-01-01T00:00:00Z"}
        """,
        global::ImageService.Portal.Client.ImageServiceClient.TypeOf<AssetResponse>())!;

    /// <summary>Every address of the clients' vectors that names one place, but overlays, which have no control in the portal.</summary>
    private static IEnumerable<string> FileNames()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("Clients", "vectors.json")));
        return [.. file.RootElement.GetProperty("build").EnumerateArray().Select(vector => vector.GetProperty("url").GetString()!)
            .Where(url => url.StartsWith($"{Origin}/v1/pub/acme/website/marketing/img/{Asset.Id}/v3/", StringComparison.Ordinal)
                && !OverlayOrText().IsMatch(url))
            .Select(url => url[(url.LastIndexOf('/') + 1)..])];
    }

    [Fact]
    public async Task Code_in_typescript_makes_the_address()
    {
        var module = new StringBuilder($"import {{ buildUrl }} from '{new Uri(Repository.PathOf("Clients", "typescript", "dist", "index.js"))}';\n");
        var names = FileNames().ToList();
        names.Count.ShouldBeGreaterThan(40);
        foreach (var name in names)
            module.Append($"{{ {Code(name).TypeScript().Replace("import { buildUrl } from '@imageservice/client';", "", StringComparison.Ordinal)}\nconsole.log(url); }}\n");
        var printed = await RunNodeAsync(module.ToString());
        printed.ShouldBe(names.Select(name => $"{Origin}/v1/pub/acme/website/marketing/img/{Asset.Id}/v3/{name}"));
    }

    [Fact]
    public void Code_in_csharp_names_members_that_there_are()
    {
        foreach (var name in FileNames())
        {
            var code = Code(name).CSharp();
            foreach (Match match in Assignment().Matches(Operations().Replace(code, "")))
            {
                var member = match.Groups["member"].Value;
                typeof(ImageUrl).GetProperty(member).ShouldNotBeNull(code);
            }

            var operations = Operations().Match(code).Groups["operations"].Value;
            foreach (Match match in Assignment().Matches(operations))
                typeof(ImageOperations).GetProperty(match.Groups["member"].Value).ShouldNotBeNull(code);
            foreach (Match match in Choice().Matches(operations))
                typeof(ImageUrl).Assembly.GetType($"ImageService.Client.{match.Groups["type"].Value}")!.GetField(match.Groups["value"].Value,
                    BindingFlags.Public | BindingFlags.Static).ShouldNotBeNull(code);
        }

        Code("fmt_auto-w_400-f_cover-q_auto-bw.jpg").CSharp().ShouldBe(
            """
            using ImageService.Client;

            var url = new ImageUrl
            {
                BaseUrl = "https://images.example.com", Organization = "acme", Tenant = "website", Space = "marketing",
                Asset = "01KAVW3S8N2V4B6D8F0H2K4M6P", Version = 3, Extension = "jpg",
                Operations = new() { Format = ImageFormat.Auto, Width = 400, Fit = Fit.Cover, Quality = "auto", Greyscale = true },
            }.ToString();
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void An_operation_that_has_no_name_here_leaves_the_address_as_it_is() => ClientCode.Of(Origin, "acme", Asset, "o_badge-t1_SGk.jpg").ShouldBeNull();

    private static ClientCode Code(string fileName) => ClientCode.Of(Origin, "acme", Asset, fileName).ShouldNotBeNull(fileName);

    private static async Task<string[]> RunNodeAsync(string module)
    {
        var start = new ProcessStartInfo("node")
        {
            ArgumentList = { "--input-type=module" }, UseShellExecute = false, RedirectStandardInput = true,
            RedirectStandardOutput = true, RedirectStandardError = true
        };
        using var node = Start(start);
        await node.StandardInput.WriteAsync(module);
        node.StandardInput.Close();
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        node.ExitCode.ShouldBe(0, await errors);
        return output.Trim().Split('\n');
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not installed: the portal's TypeScript samples were not run. Install Node.js 20 or later to run them.");
            throw;
        }
    }

    [GeneratedRegex(@"(/|-)(o[23]?|t[1-9])_", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex OverlayOrText();

    [GeneratedRegex(@"(^ +|, )(?<member>\w+) = ", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"Operations = new\(\) \{(?<operations>[^}]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Operations();

    [GeneratedRegex(@"= (?<type>[A-Z]\w+)\.(?<value>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Choice();
}
