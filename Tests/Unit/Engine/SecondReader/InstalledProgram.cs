using System.ComponentModel;
using System.Diagnostics;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine.SecondReader;

/// <summary>A program of the system that judges the engine's pictures by code of its own.</summary>
internal static class InstalledProgram
{
    /// <summary>Runs it to its end, which must be a good one; skips the test where it is not installed.</summary>
    /// <param name="start">What to run.</param>
    /// <param name="package">Debian's, which brings it.</param>
    public static async Task RunAsync(ProcessStartInfo start, string package)
    {
        (start.RedirectStandardError, start.UseShellExecute) = (true, false);
        using var process = Start(start, package);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, $"{errors}\n{start.FileName} {string.Join(' ', start.ArgumentList)}");
    }

    private static Process Start(ProcessStartInfo start, string package)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{start.FileName} is not installed, and no second reader judged the engine's pictures (Debian: apt-get install {package}).");
            throw;
        }
    }
}
