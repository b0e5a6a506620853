using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Edge;

/// <summary>The edge functions, run by node on a file of vectors. Skips the test, with the reason printed, where node is not installed.</summary>
internal static class EdgeFunctions
{
    /// <summary>Status by name of each vector of the folder's <c>signature-vectors.json</c>; 200 where the request is served.</summary>
    /// <param name="kind"><c>cloudfront</c> or <c>cloudflare</c>.</param>
    /// <param name="folder">Holds the functions and the vectors.</param>
    /// <param name="ct">Cancels.</param>
    public static Task<Dictionary<string, int>> RunAsync(string kind, string folder, CancellationToken ct) => RunAsync<int>(kind, folder, ct);

    /// <summary>What becomes of each vector, by name.</summary>
    /// <inheritdoc cref="RunAsync(string, string, CancellationToken)"/>
    /// <param name="more">Further arguments: <c>hints</c> for <c>hint-vectors.json</c>.</param>
    public static async Task<Dictionary<string, T>> RunAsync<T>(string kind, string folder, CancellationToken ct, params string[] more)
    {
        var start = new ProcessStartInfo("node")
        {
            ArgumentList = { Path.Combine(SignatureVectors.Folder, "..", "..", "Tests", "Edge", "run-vectors.mjs"), kind, folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in more)
            start.ArgumentList.Add(argument);
        using var node = Start(start);
        var errors = node.StandardError.ReadToEndAsync(ct);
        var output = await node.StandardOutput.ReadToEndAsync(ct);
        await node.WaitForExitAsync(ct);
        node.ExitCode.ShouldBe(0, await errors);
        return JsonSerializer.Deserialize<Dictionary<string, T>>(output, JsonSerializerOptions.Web)!;
    }

    /// <summary>A copy of the functions in a folder of its own, with other vectors.</summary>
    public static async Task<string> WithVectorsAsync(string folder, SignatureVectors vectors, CancellationToken ct)
    {
        foreach (var name in (string[])["cloudfront-function.js", "cloudflare-worker.js"])
            File.Copy(Path.Combine(SignatureVectors.Folder, name), Path.Combine(folder, name));
        await File.WriteAllTextAsync(Path.Combine(folder, "signature-vectors.json"), JsonSerializer.Serialize(vectors, JsonSerializerOptions.Web), ct);
        return folder;
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
