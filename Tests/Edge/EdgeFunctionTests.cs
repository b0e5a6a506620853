using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Edge;

/// <summary>The edge functions, run by node on the shared vectors. Skipped, with the reason printed, only where node is not installed.</summary>
[Trait("Level", "Integration")]
public sealed class EdgeFunctionTests
{
    [Theory]
    [InlineData("cloudfront")]
    [InlineData("cloudflare")]
    public async Task Every_vector_is_judged_as_the_origin_judges_it(string kind)
    {
        var statuses = JsonSerializer.Deserialize<Dictionary<string, int>>(await RunNodeAsync(kind, TestContext.Current.CancellationToken))!;
        var vectors = SignatureVectors.Read().Vectors;
        statuses.Count.ShouldBe(vectors.Length);
        foreach (var vector in vectors)
            (vector.Valid ? statuses[vector.Name] == 200 : statuses[vector.Name] is 400 or 401).ShouldBeTrue($"{kind}: {vector.Name} got {statuses[vector.Name]}");
    }

    private static async Task<string> RunNodeAsync(string kind, CancellationToken ct)
    {
        var start = new ProcessStartInfo("node")
        {
            ArgumentList = { Path.Combine(SignatureVectors.Folder, "..", "..", "Tests", "Edge", "run-vectors.mjs"), kind, SignatureVectors.Folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var node = Start(start);
        var errors = node.StandardError.ReadToEndAsync(ct);
        var output = await node.StandardOutput.ReadToEndAsync(ct);
        await node.WaitForExitAsync(ct);
        node.ExitCode.ShouldBe(0, await errors);
        return output;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not installed: the edge functions were not run. Install Node.js 20 or later to run them.");
            throw;
        }
    }
}
