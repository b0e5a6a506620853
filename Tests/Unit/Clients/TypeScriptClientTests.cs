using System.ComponentModel;
using System.Diagnostics;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Clients;

/// <summary>
/// The TypeScript package's own tests, run by the system's node: vectors, loaders, samples of its page, sizes, what npm packs. Skipped, with the reason
/// printed, only where node is
/// not installed.
/// </summary>
[Trait("Level", "Integration")]
public sealed class TypeScriptClientTests
{
    [Fact]
    public async Task Every_test_of_the_package_passes()
    {
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Repository.PathOf("Clients", "typescript"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("--test");
        start.ArgumentList.Add("--test-reporter=tap");
        foreach (var file in Directory.GetFiles(Path.Combine(start.WorkingDirectory, "test"), "*.test.js").Order(StringComparer.Ordinal))
            start.ArgumentList.Add(file);
        using var node = Start(start);
        var errors = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        node.ExitCode.ShouldBe(0, $"{output}\n{await errors}");
        output.ShouldContain("# fail 0");
        output.ShouldNotContain("# pass 0");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is not installed: the TypeScript client's tests were not run. Install Node.js 20.6 or later to run them.");
            throw;
        }
    }
}
